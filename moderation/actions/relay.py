"""Carry what SQL has committed over to Redis, and make Redis whole again after a loss.

One process does this at a time: it holds a lease in SQL. Nothing here is the truth, everything is
idempotent: a push is made from the comment's present status, so order and repetition do not matter.

An epoch key in Redis names the server run that the queue was built for. It is missing after
FLUSHALL and different after a crash (which may have lost the last second): then the queue is
rebuilt from SQL. So it is when a look each minute finds that more or less waits here than there.
"""

import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from ..domain.errors import Away
from ..domain.states import waits
from ..live.queue import Queue, Waiting
from ..store import comments, outbox, policies, registry, waiting
from ..store.db import Database
from . import measures, replies, retention, tracing
from .parts import Parts, now_ms

TICK_S = 0.25
GATHER_S = 0.1  # a poke is followed by others in a busy minute: one batch carries them all
MARK_S, MARK_ROWS = 2.0, 100  # what was sent is marked that late at most: each mark is a commit of its own
LEASE_MS = 5000
BATCH = 1000
BUILDING = "building"  # stands in the epoch key while a rebuild runs
REAP_EVERY_S = 1.0
SWEEP_EVERY_S = 60.0
RENEW_EVERY_S = 2.0

log = structlog.get_logger()


class Relay:
    """A thread that works in ticks; `poke` brings the next tick forward."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        # Whom to look at is written in the lease's row; two containers may have the same names.
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._is_elected = False
        self._poked = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._due: dict[str, float] = {}
        self._was_away = False
        self._sent: set[str] = set()  # and not marked yet; lost with the process, they are sent again
        self._sent_s = 0.0  # when the first of them was

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the tick that runs."""
        self._ended.set()
        self._poked.set()
        if self._thread.is_alive():
            self._thread.join()
            with suppress(Away, SQLAlchemyError):
                self._mark()
            with suppress(Away, SQLAlchemyError):  # else the next process waits until the lease runs out
                self._parts.writer.run(lambda tx: registry.drop_lease(tx, "relay", self._holder))

    def poke(self) -> None:
        """Say that something was committed."""
        self._poked.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            if self._poked.wait(TICK_S):
                self._ended.wait(GATHER_S)
                self._poked.clear()
            try:
                self.tick()
                self._was_away = False
            except (Away, SQLAlchemyError) as error:
                measures.RELAY_FAILURES.inc()
                if not self._was_away:  # once an outage, not once a tick
                    cause = type(error.__cause__).__name__
                    log.warning("relay_waits", reason=str(error).splitlines()[0], cause=cause)
                self._was_away = True
                if self._is_due("renew file", RENEW_EVERY_S):
                    with suppress(Away):
                        self._parts.queue_of("main").renew_file()
                self._ended.wait(TICK_S)
            except Exception as error:  # whatever it is, the next tick begins from SQL again
                measures.RELAY_FAILURES.inc()
                log.error("relay_failed", error=type(error).__name__, exc_info=error)
                self._ended.wait(1.0)

    def tick(self) -> None:
        """Do what is due, if this process holds the lease. Raises Away when Redis is."""
        if self._is_due("lease", LEASE_MS / 1000 / 2) and not self._take_lease():
            self._due.pop("lease")
            return
        with self._parts.database.read() as connection:
            site_ids = policies.site_ids(connection)
        for site_id in site_ids:
            queue = self._parts.queue_of(site_id)
            run_id = queue.run_id()
            is_lost = queue.epoch() != run_id
            if is_lost:
                queue.set_epoch(BUILDING)
            if self._differs(site_id, queue) or is_lost:
                started_s = time.monotonic()
                pushed = rebuild(self._parts.database, queue, site_id, is_over=self._ended.is_set)
                if self._ended.is_set():  # not confirmed: whoever comes next begins anew
                    return
                queue.confirm_epoch(run_id)  # emptied again amid the work: the next tick begins anew
                took_s = round(time.monotonic() - started_s, 3)
                log.info("queue_rebuilt", site=site_id, waiting=pushed, took_s=took_s)
            if self._is_due(f"reap {site_id}", REAP_EVERY_S):
                queue.reap()
        while self._send():
            pass
        if self._is_due("purge", SWEEP_EVERY_S):
            retention.forget(self._parts.writer, self._parts.kept, now_ms())

    def _differs(self, site_id: str, queue: Queue) -> bool:
        """Tell, once a minute, whether more or less waits in Redis than in SQL."""
        if not self._is_due(f"sweep {site_id}", SWEEP_EVERY_S):
            return False
        with self._parts.database.read() as connection:
            return waiting.count(connection, site_id) != queue.size()

    def _is_due(self, job: str, every_s: float) -> bool:
        now_s = time.monotonic()
        if now_s < self._due.get(job, 0.0):
            return False
        self._due[job] = now_s + every_s
        return True

    def _take_lease(self) -> bool:
        is_ours = self._parts.writer.run(lambda tx: registry.take_lease(tx, "relay", self._holder, LEASE_MS))
        if is_ours != self._is_elected:
            log.info("relay_elected" if is_ours else "relay_replaced", holder=self._holder)
            self._is_elected = is_ours
        return is_ours

    def _send(self) -> bool:
        """Send one batch; tell whether there may be more."""
        with self._parts.database.read() as connection:
            found = outbox.unsent(connection, BATCH + len(self._sent))
        rows = [row for row in found if row.id not in self._sent]
        if rows:
            started_s = time.monotonic()
            replies.tell(self._parts.writer, rows)
            _queue_work(self._parts, [row for row in rows if row.kind.startswith("queue.")])
            _publish(self._parts, rows)
            measures.sent(now_ms(), (row.created_at_ms for row in rows))
            tracing.past("relay", time.monotonic() - started_s, events=len(rows))
            self._sent_s = self._sent_s if self._sent else time.monotonic()
            self._sent.update(row.id for row in rows)
        if len(self._sent) >= MARK_ROWS or time.monotonic() - self._sent_s >= MARK_S:
            self._mark()
        return len(rows) >= BATCH

    def _mark(self) -> None:
        sent = list(self._sent)
        if sent:
            self._parts.writer.run(lambda tx: outbox.mark_sent(tx, sent))
            self._sent.clear()


@measures.timed(measures.REBUILD, "rebuild")
def rebuild(
    database: Database, queue: Queue, site_id: str, *, is_over: Callable[[], bool] = lambda: False
) -> int:
    """Make a site's queue in Redis what SQL says is waiting; return how many wait.

    is_over: tells that the work has to be left half done, for a million may take a minute.
    """
    pushed, last_id = 0, None
    while not is_over():
        with database.read() as connection:
            rows = waiting.after(connection, site_id, last_id, BATCH)
        if not rows:
            break
        queue.push([_waiting(row) for row in rows])
        pushed, last_id = pushed + len(rows), rows[-1].id
    # All that was pushed is in it: as many means that nothing else is.
    if not is_over() and queue.size() != pushed:
        _drop_decided(database, queue)
    return pushed


def _drop_decided(database: Database, queue: Queue) -> None:
    for ids in queue.members():
        with database.read() as connection:
            wait_on = waiting.still(connection, ids)
        if gone := [comment_id for comment_id in ids if comment_id not in wait_on]:
            queue.remove(gone)


def _publish(parts: Parts, rows: Sequence[Row[Any]]) -> None:
    """Tell the other processes the newest version of each article; the ones before it say nothing more."""
    newest: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.version is not None:
            newest[row.article_id] = max(newest[row.article_id], row.version)
    for article_id, version in newest.items():
        parts.bus.publish(article_id, version)


def _queue_work(parts: Parts, rows: Sequence[Row[Any]]) -> None:
    ids_by_site: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        ids_by_site[row.site_id].add(row.comment_id)
    for site_id, ids in ids_by_site.items():
        with parts.database.read() as connection:
            present = comments.get_many(connection, list(ids))
        wanted = [_waiting(row) for row in present.values() if waits(row.status, row.queued_at_ms)]
        queue = parts.queue_of(site_id)
        if done := ids - {each.comment_id for each in wanted}:
            queue.remove(list(done))  # first: nobody should be handed what was decided
        if wanted:
            queue.push(wanted)


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(row.id, row.lane, row.priority, row.queued_at_ms or row.created_at_ms)
