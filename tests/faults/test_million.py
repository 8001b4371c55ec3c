"""Redis is lost while a million comments wait: the queue is whole again within a minute."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conditions import until
from tests.faults.installation import Installation, embedded
from tests.faults.record import TRIES, Try
from tests.service import Service
from tests.story.seed import waiting

pytestmark = pytest.mark.prove

WAITING = 1_000_000
WHOLE_S = 60.0  # promised
SEEDED_S = 300.0


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A service on whose queue a million comments wait."""
    folder: Path = tmp_path_factory.mktemp("million")
    waiting(Service(folder), "crowded", WAITING)
    with embedded(folder) as installation:
        installation.await_whole(SEEDED_S)
        yield installation


@pytest.mark.parametrize("loss", ["FLUSHALL", "kill -9 of the embedded Valkey"])
def test_a_queue_of_a_million_is_whole_within_a_minute(crowded: Installation, loss: str) -> None:
    lose = {"FLUSHALL": crowded.flush_redis, "kill -9 of the embedded Valkey": crowded.kill_redis}[loss]
    people = crowded.people()
    with people.acting(people.post, people.read) as ledger:
        until(lambda: ledger.acknowledged >= 5)
        lost_s = lose()
        until(lambda: crowded.metric("firstword_queue_ready") == 0)
        until(lambda: crowded.metric("firstword_queue_ready") == 1, within_s=WHOLE_S)
        took_s = time.monotonic() - lost_s
    crowded.await_whole()
    assert ledger.statuses("post") == {201}
    assert ledger.statuses("read") == {200}
    slowest_s = max(each.took_s for each in ledger.answers)
    TRIES[f"{loss}, a million waiting"].append(Try(len(ledger.posted), 0, 0, slowest_s, took_s))


def test_a_stop_amid_the_rebuild_of_a_million_leaves_it_to_the_next_start(crowded: Installation) -> None:
    crowded.flush_redis()
    until(lambda: crowded.metric("firstword_queue_ready") == 0)
    assert crowded.service.stop() == 0
    crowded.service.start()
    assert crowded.metric("firstword_queue_ready") == 0
    crowded.await_whole(WHOLE_S)
