"""The group-commit writer: one thread, many acts, one durable commit.

`submit` hands over a callable and returns a future. The thread takes whatever waits (at most
GROUP), runs each act in its own savepoint inside one transaction, commits, and only then answers
all of them. An act that raises is rolled back alone. If the commit fails nobody is told otherwise.

`write` hands over an item for an act that takes many: neighbours with the same act are written by
one call in one savepoint, a statement for all of them. If that call raises, each item is tried alone.

On SQLite this thread owns the only write connection, so writers never contend. On PostgreSQL
several processes have one each; acts are sorted by `key` (the article) so that groups lock rows
in the same order. Where two still meet crosswise, PostgreSQL ends one, and that group begins anew.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from uuid_utils import uuid7

from ..domain.errors import Away, Refused
from ..domain.events import Event
from . import answers, tables

CAPACITY = 2048  # waiting acts; at 2,000 posts a second nobody waits longer than about a second
GROUP = 128
BROKEN = (
    "The connection to the database broke: it is not known whether this was written. "
    "Try again with the same Idempotency-Key, and it will be there once."
)
UNREACHED = "The database cannot be reached; nothing was written."
OVERDUE = "The database is held up; nothing was written. Try again in a moment."
PATIENCE_S = 15  # what waited longer behind a database that hangs or is locked is not tried any more
TRIES = 3  # of a group that met another process's in a deadlock
LINGER_S = 0.002  # for as many as the last group had: they have just been answered and come again

DEADLOCK = "40P01"  # PostgreSQL ended this transaction so that another process's could go on
LOCKED = "55P03"  # somebody holds a row or a table for longer than `db.LOCK_S`
_ENDS_GROUP = {DEADLOCK, LOCKED}

log = structlog.get_logger()

T = TypeVar("T")
Item = TypeVar("Item")

_OUTBOX = insert(tables.outbox)


@dataclass(slots=True)
class Transaction:
    """What an act works with: the connection, the time, and the events it tells."""

    connection: Connection
    now_ms: int
    events: list[Event] = field(default_factory=list)

    def tell(self, *events: Event) -> None:
        """Put events into the outbox; they exist exactly if the change does."""
        rows = [
            {
                "id": str(uuid7()),
                "kind": event.kind,
                "site_id": event.site_id,
                "article_id": event.article_id,
                "comment_id": event.comment_id,
                "version": event.version,
                "parent_id": event.parent_id,
                "comment_count": event.comment_count,
                "created_at_ms": self.now_ms,
            }
            for event in events
        ]
        if rows:
            self.connection.execute(_OUTBOX, rows)
        self.events += events


# Takes many items, answers each with its result, or with the refusal that is its own.
Together = Callable[[Transaction, Sequence[Item]], Sequence[T | Refused]]


@dataclass(slots=True, eq=False)
class _Submission:
    """together None: `item` is an act of its own."""

    together: Together[Any, Any] | None
    item: Any
    key: str
    answer: answers.Answer
    origin: Any = None
    since_s: float = field(default_factory=time.monotonic)

    def run(self, transaction: Transaction, neighbours: Sequence["_Submission"]) -> Sequence[Any]:
        """Call the act that these have in common."""
        if self.together is None:
            return [self.item(transaction)]
        return self.together(transaction, [each.item for each in neighbours])


class Writer:
    """Owns the write connection between `start` and `stop`."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock_ms: Callable[[], int],
        committed: Callable[[Sequence[Event]], None] = lambda _: None,
        measured: Callable[[int, float, float], None] = lambda *_: None,
        origin: Callable[[], Any] = lambda: None,
        around: Callable[[Sequence[Any]], AbstractContextManager[Any]] = lambda _: nullcontext(),
        capacity: int = CAPACITY,
    ) -> None:
        """committed: called in the writer's thread after each commit, before anybody is answered.

        measured: called with a durable group's size, seconds until its commit, seconds of the commit.
        origin, around: each group is written inside `around` of what `origin` said where its acts came in.
        """
        self._engine = engine
        self._clock_ms = clock_ms
        self._committed = committed
        self._measured = measured
        self._origin, self._around = origin, around
        self._waiting: queue.Queue[_Submission | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._is_open = False
        self._expected = 1
        self._door = threading.Lock()  # nothing is accepted behind the last one

    def start(self) -> None:
        """Begin to take acts."""
        self._is_open = True
        self._thread.start()

    def stop(self) -> None:
        """Finish what was accepted, then end the thread."""
        with self._door:
            was_open, self._is_open = self._is_open, False
        if was_open:
            self._waiting.put(None)
            self._thread.join()

    def depth(self) -> int:
        """Count the acts that wait."""
        return self._waiting.qsize()

    def submit(self, act: Callable[[Transaction], T], *, key: str = "") -> Future[T]:
        """Queue an act. Raises Away when the queue is full or the writer has stopped."""
        answer: Future[T] = Future()
        self._accept(_Submission(None, act, key, answer))
        return answer

    async def write(self, together: Together[Item, T], item: Item, *, key: str = "") -> T:
        """Queue an item for an act that takes many, and wait. Raises Away as `submit` does."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._accept(_Submission(together, item, key, answer))
        return await answer

    def run(self, act: Callable[[Transaction], T], *, key: str = "") -> T:
        """Submit and wait: for callers on a thread of their own."""
        return self.submit(act, key=key).result()

    def _accept(self, submission: _Submission) -> None:
        submission.origin = self._origin()
        with self._door:
            if not self._is_open:
                raise Away("The service is stopping.")
            try:
                self._waiting.put_nowait(submission)
            except queue.Full:
                raise Away("Too many comments are being written at once; try again in a second.") from None

    def _work(self) -> None:
        is_last = False
        while not is_last:
            group, is_last = self._next_group()
            if group:
                with self._around([each.origin for each in group]):
                    self._write(group)

    def _next_group(self) -> tuple[list[_Submission], bool]:
        group: list[_Submission] = []
        submission = self._waiting.get()
        closes_at = time.monotonic() + LINGER_S
        while submission is not None:
            if answers.is_awaited(submission.answer):
                if time.monotonic() - submission.since_s > PATIENCE_S:
                    answers.give([(submission.answer, (None, Away(OVERDUE)))])
                else:
                    group.append(submission)
            if len(group) >= GROUP:
                break
            lingers_s = closes_at - time.monotonic() if len(group) < self._expected else 0.0
            try:
                submission = self._waiting.get(lingers_s > 0, max(lingers_s, 0.0))
            except queue.Empty:
                break
        self._expected = len(group)
        return sorted(group, key=lambda each: each.key), submission is None

    def _write(self, group: list[_Submission], *, tries: int = TRIES) -> None:
        outcomes: list[answers.Outcome] = []
        events: list[Event] = []
        begun_s = time.perf_counter()
        try:
            with self._engine.begin() as connection:
                for _, neighbours in groupby(group, key=lambda each: each.together or each):
                    transaction = Transaction(connection, self._clock_ms())
                    outcomes += _attempt(list(neighbours), transaction)
                    events += transaction.events
                written_s = time.perf_counter()
        except BaseException as failure:  # the group is not durable: everyone in it must hear that
            if tries > 1 and _sqlstate(failure) == DEADLOCK:  # nothing is written, the other has gone on
                self._write(group, tries=tries - 1)
                return
            log.error("write_failed", error=type(failure).__name__, acts=len(group))
            refusal = _as_refusal(failure)
            answers.give((each.answer, (None, refusal)) for each in group)
            return
        durable_s = time.perf_counter()
        try:
            if events:
                self._committed(events)
            self._measured(len(group), written_s - begun_s, durable_s - written_s)
        except Exception as failure:  # a listener is told, not asked: what is durable is acknowledged
            log.error("listener_failed", error=type(failure).__name__)
        answers.give((each.answer, outcome) for each, outcome in zip(group, outcomes, strict=True))


def _attempt(neighbours: Sequence[_Submission], transaction: Transaction) -> list[answers.Outcome]:
    """Run one act in a savepoint; give results or errors. A lost connection or a deadlock fails the group."""
    outcomes, failure = _once(neighbours, transaction)
    if failure is not None and len(neighbours) > 1:  # somebody's fault: everybody alone
        return [outcome for each in neighbours for outcome in _attempt([each], transaction)]
    if isinstance(failure, IntegrityError):
        # Another process wrote the same key first, and has committed: now the act can see its row.
        outcomes, failure = _once(neighbours, transaction)
    return outcomes if failure is None else [(None, _as_refusal(failure))]


def _once(
    neighbours: Sequence[_Submission], transaction: Transaction
) -> tuple[list[answers.Outcome], BaseException | None]:
    connection, told = transaction.connection, len(transaction.events)
    connection.exec_driver_sql("SAVEPOINT act")
    try:
        results = neighbours[0].run(transaction, neighbours)
    except Exception as error:
        if (isinstance(error, SQLAlchemyError) and connection.invalidated) or _sqlstate(error) in _ENDS_GROUP:
            raise
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT act")
        connection.exec_driver_sql("RELEASE SAVEPOINT act")
        del transaction.events[told:]
        return [], error
    connection.exec_driver_sql("RELEASE SAVEPOINT act")
    is_shared = neighbours[0].together is not None
    return [
        (None, result) if is_shared and isinstance(result, Refused) else (result, None) for result in results
    ], None


def _sqlstate(failure: BaseException) -> str | None:
    return getattr(failure.__cause__, "sqlstate", None) if isinstance(failure, SQLAlchemyError) else None


def _as_refusal(failure: BaseException) -> BaseException:
    if isinstance(failure, SQLAlchemyError) and not isinstance(failure, IntegrityError):
        # A connection that broke amid the commit leaves open what the server did with it.
        is_open = isinstance(failure, DBAPIError) and failure.connection_invalidated
        is_held = _sqlstate(failure) == LOCKED
        refusal = Away(BROKEN if is_open else OVERDUE if is_held else UNREACHED)
        refusal.__cause__ = failure
        return refusal
    return failure
