"""The machine's clock is set back by an hour, below the service and below its Valkey.

A small library does it: libfaketime 0.9.10 also moves the sleeps, which then fail (EINVAL).
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conditions import until
from tests.faults.episode import amid, go_through, once_and_twenty_times
from tests.faults.installation import Installation, embedded

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """A clock that a test sets, for the processes that were started with its environment."""

    def __init__(self, folder: Path, compiler: str) -> None:
        library, self._file = folder / "clock.so", folder / "seconds"
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self._file)}
        self._seconds_back = 0
        self._file.write_bytes(self._seconds_back.to_bytes(8, sys.byteorder))

    def set_back(self) -> float:
        """Set it back by an hour more; return when that was."""
        self._seconds_back += 3600
        with self._file.open("r+b") as file:
            file.write(self._seconds_back.to_bytes(8, sys.byteorder))
        return time.monotonic()


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    """A clock of our own, or a skip that says so."""
    compiler = shutil.which("cc") or shutil.which("tcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler is installed, or this is not Linux")
    return Clock(tmp_path_factory.mktemp("clock"), compiler)


@pytest.fixture(scope="module")
def timed(clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A service that goes by the clock of the test."""
    with embedded(tmp_path_factory.mktemp("timed") / "service", clock.environment) as installation:
        yield installation


@amid
def test_a_clock_set_back_loses_and_doubles_nothing(
    timed: Installation, clock: Clock, act: str, tries: int
) -> None:
    for ledger in go_through(timed, "clock set back an hour", act, clock.set_back, tries=tries):
        assert ledger.statuses("post") == {201}
        assert ledger.statuses("read") <= {200}
        assert ledger.statuses("decide") <= {201, 409}


@once_and_twenty_times
def test_a_clock_set_back_amid_a_power_cut_keeps_no_work_from_being_handed_out(
    timed: Installation, clock: Clock, tries: int
) -> None:
    def cut() -> float:
        clock.set_back()
        return timed.kill_service()

    go_through(timed, "kill -9, and the clock set back an hour", "posts", cut, tries=tries)


def test_what_was_leased_before_the_clock_was_set_back_is_claimed_again(
    timed: Installation, clock: Clock
) -> None:
    timed.people().hold(3)
    timed.await_whole()
    everything = {"limit": 50}
    with timed.service.client(timed.moderators[0]) as one, timed.service.client(timed.moderators[1]) as other:
        first = one.post("/moderation/queue:claim", json=everything).json()["items"]
        assert len(first) >= 3
        clock.set_back()
        until(lambda: other.post("/moderation/queue:claim", json=everything).json()["items"])
