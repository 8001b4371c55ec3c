"""Keep several processes alive on one socket: started together, watched, replaced, stopped in good order.

One that dies is replaced at once, one that dies again and again with back-off; one that says nothing
for half a minute is ended and replaced. What waits on the socket meanwhile is taken by the others.
A process that loses its parent ends by itself, so that the next start finds the socket free.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

import structlog

from .domain.errors import Refused

CHECK_S = 1.0  # each process says once in this time that it lives
HUNG_CHECKS = 30  # counted, not timed: a machine that was suspended does not blame its processes
START_CHECKS = 60  # a start on a busy machine is not a hang
STEADY_S = 10.0  # one that lived this long begins its back-off anew
FIRST_PAUSE_S, MAX_PAUSE_S = 0.05, 5.0
STOP_S = 8.0  # a little more than what they need to finish what they accepted

log = structlog.get_logger()

_spawning = multiprocessing.get_context("spawn")  # a fork would share locks with threads that it lacks

Beat = Callable[[], None]


@dataclass(slots=True)
class _Running:
    process: SpawnProcess
    beats: Connection
    born_s: float = field(default_factory=time.monotonic)
    is_ready: bool = False
    silent: int = 0  # checks without a word

    def listen(self) -> None:
        """Take the beats that have come; the first one says that the process is ready."""
        try:
            while self.beats.poll():
                self.beats.recv_bytes()
                self.is_ready, self.silent = True, 0
        except (EOFError, OSError):
            pass  # it has died, which its exit code tells

    def is_hung(self) -> bool:
        return self.silent > (HUNG_CHECKS if self.is_ready else START_CHECKS)


@dataclass(slots=True)
class _Place:
    """Where one process runs, or will again from `due_s` on."""

    running: _Running | None = None
    due_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S


class Workers:
    """Runs `target(beat)` in `count` processes; each calls `beat` when it is ready, then every CHECK_S."""

    def __init__(
        self,
        target: Callable[[Beat], None],
        count: int,
        *,
        ready: Callable[[], None],
        buried: Callable[[int], object] = lambda _: None,
    ) -> None:
        """target: must be picklable. ready: called once, when all have said that they are.

        buried: called with the id of each process that ended before it was asked to.
        """
        self._target = target
        self._ready: Callable[[], None] | None = ready
        self._buried = buried
        self._places = [_Place() for _ in range(count)]
        self._check_s = time.monotonic() + CHECK_S

    def run(self) -> None:
        """Work until SIGTERM or Ctrl-C. Raises Refused if one ends before all were ready once."""
        with _stop_asked() as stop:
            try:
                while not stop.poll():
                    self._start_due()
                    self._wait(stop)
                    self._look()
            finally:
                self._end()

    def _start_due(self) -> None:
        for place in self._places:
            if place.running is None and time.monotonic() >= place.due_s:
                beats, theirs = multiprocessing.Pipe(duplex=False)
                process = _spawning.Process(target=_live, args=(self._target, theirs))
                process.start()
                theirs.close()
                place.running = _Running(process, beats)

    def _wait(self, stop: Connection) -> None:
        """Return when something has happened, or is due."""
        signs: list[Connection | int] = [stop]
        until_s = self._check_s
        for place in self._places:
            if place.running is None:
                until_s = min(until_s, place.due_s)
            else:
                signs += [place.running.beats, place.running.process.sentinel]
        wait(signs, max(0.0, until_s - time.monotonic()))

    def _look(self) -> None:
        is_check = time.monotonic() >= self._check_s
        if is_check:
            self._check_s = time.monotonic() + CHECK_S
        for place in self._places:
            if (running := place.running) is None:
                continue
            running.listen()
            running.silent += is_check
            if running.is_hung():
                log.error("worker_hung", pid=running.process.pid)
                running.process.kill()
                running.process.join()
            if running.process.exitcode is not None:
                self._bury(place, running)
        if self._ready and all(place.running and place.running.is_ready for place in self._places):
            self._ready()
            self._ready = None

    def _bury(self, place: _Place, running: _Running) -> None:
        log.error("worker_died", pid=running.process.pid, status=running.process.exitcode)
        running.beats.close()
        self._buried(running.process.pid or 0)
        if self._ready:
            raise Refused("A web process could not start; the line before says why.")
        lived_s = time.monotonic() - running.born_s
        pause_s = FIRST_PAUSE_S if lived_s > STEADY_S else place.pause_s
        place.running, place.due_s = None, time.monotonic() + pause_s
        place.pause_s = min(2 * pause_s, MAX_PAUSE_S)

    def _end(self) -> None:
        running = [place.running for place in self._places if place.running]
        for each in running:
            each.process.terminate()
        until_s = time.monotonic() + STOP_S
        for each in running:
            each.process.join(max(0.0, until_s - time.monotonic()))
            each.process.kill()  # without effect on one that has ended
            each.process.join()
            each.beats.close()


@contextmanager
def _stop_asked() -> Iterator[Connection]:
    """Give what can be read once SIGTERM or Ctrl-C has come."""
    heard, told = multiprocessing.Pipe(duplex=False)
    names = (signal.SIGTERM, signal.SIGINT)
    before = {name: signal.signal(name, lambda *_: told.send_bytes(b".")) for name in names}
    try:
        yield heard
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        heard.close()
        told.close()


def _live(target: Callable[[Beat], None], beats: Connection) -> None:
    def beat() -> None:
        with suppress(OSError):  # nobody listens any more, which `_end_with_parent` sees to
            beats.send_bytes(b".")

    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    target(beat)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this runs in a child only
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
