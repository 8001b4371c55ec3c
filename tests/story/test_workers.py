"""Processes that hang, or cannot start, and what becomes of them. Real ones, small enough to be quick."""

import os
import signal
import threading
from functools import partial
from pathlib import Path

import pytest

from moderation import workers
from moderation.domain.errors import Refused
from moderation.workers import Beat, Workers
from tests.conditions import until
from tests.story.sight import is_alive

BEAT_S = 0.05


def live(folder: Path, beat: Beat) -> None:
    """Beat until one is told to be silent."""
    (folder / str(os.getpid())).touch()
    while not (folder / f"silence {os.getpid()}").exists():
        beat()
        threading.Event().wait(BEAT_S)
    signal.pause()


def fail(_: Beat) -> None:
    """Be a process that cannot start."""
    raise SystemExit(3)


def pids(folder: Path) -> set[int]:
    return {int(path.name) for path in folder.iterdir() if path.name.isdecimal()}


def test_a_process_that_falls_silent_is_ended_and_replaced_and_its_neighbour_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "CHECK_S", 0.5)
    monkeypatch.setattr(workers, "HUNG_CHECKS", 4)
    seen: list[set[int]] = []
    is_ready = threading.Event()

    def watch() -> None:
        try:
            assert is_ready.wait(30)
            silenced, neighbour = before = sorted(pids(tmp_path))
            (tmp_path / f"silence {silenced}").touch()
            until(lambda: len(pids(tmp_path)) == 3, within_s=30)
            until(lambda: not is_alive(silenced))
            seen.extend([set(before), pids(tmp_path)])
            assert is_alive(neighbour)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    watching = threading.Thread(target=watch)
    watching.start()
    Workers(partial(live, tmp_path), 2, ready=is_ready.set).run()
    watching.join()
    before, after = seen
    assert len(after - before) == 1
    assert not any(map(is_alive, after))


def test_processes_that_cannot_start_are_refused_and_not_tried_for_ever() -> None:
    with pytest.raises(Refused, match="could not start"):
        Workers(fail, 2, ready=lambda: None).run()
