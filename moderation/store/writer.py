"""The group-commit writer: one thread, many acts, one durable commit.

`submit` hands over a callable and returns a future. The thread takes whatever waits (at most
GROUP), runs each act in its own savepoint inside one transaction, commits, and only then answers
all of them. An act that raises is rolled back alone. If the commit fails nobody is told otherwise.

On SQLite this thread owns the only write connection, so writers never contend. On PostgreSQL
several processes have one each; acts are sorted by `key` (the article) so that groups lock rows
in the same order and cannot deadlock.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from uuid_utils.compat import uuid7

from ..domain.errors import Away
from ..domain.events import Event
from . import tables

CAPACITY = 2048  # waiting acts; at 2,000 posts a second nobody waits longer than about a second
GROUP = 128

log = structlog.get_logger()

T = TypeVar("T")

_OUTBOX = insert(tables.outbox)


@dataclass(slots=True)
class Transaction:
    """What an act works with: the connection, the time, and the events it tells."""

    connection: Connection
    now_ms: int
    events: list[Event] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Put an event into the outbox; it exists exactly if the change does."""
        self.connection.execute(
            _OUTBOX,
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
            },
        )
        self.events.append(event)


@dataclass(slots=True)
class _Submission:
    act: Callable[[Transaction], Any]
    key: str
    answer: Future[Any]


class Writer:
    """Owns the write connection between `start` and `stop`."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock_ms: Callable[[], int],
        committed: Callable[[Sequence[Event]], None] = lambda _: None,
        capacity: int = CAPACITY,
    ) -> None:
        """committed: called in the writer's thread after each commit, before anybody is answered."""
        self._engine = engine
        self._clock_ms = clock_ms
        self._committed = committed
        self._waiting: queue.Queue[_Submission | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._is_open = False
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
        with self._door:
            if not self._is_open:
                raise Away("The service is stopping.")
            try:
                self._waiting.put_nowait(_Submission(act, key, answer))
            except queue.Full:
                raise Away("Too many comments are being written at once; try again in a second.") from None
        return answer

    def run(self, act: Callable[[Transaction], T], *, key: str = "") -> T:
        """Submit and wait: for callers on a thread of their own."""
        return self.submit(act, key=key).result()

    def _work(self) -> None:
        is_last = False
        while not is_last:
            group, is_last = self._next_group()
            if group:
                self._write(group)

    def _next_group(self) -> tuple[list[_Submission], bool]:
        group: list[_Submission] = []
        submission = self._waiting.get()
        while submission is not None:
            if submission.answer.set_running_or_notify_cancel():  # the reader may have hung up meanwhile
                group.append(submission)
            if len(group) >= GROUP or self._waiting.empty():
                return sorted(group, key=lambda each: each.key), False
            submission = self._waiting.get_nowait()
        return sorted(group, key=lambda each: each.key), True

    def _write(self, group: list[_Submission]) -> None:
        outcomes: list[tuple[_Submission, Any, BaseException | None]] = []
        events: list[Event] = []
        try:
            with self._engine.begin() as connection:
                for submission in group:
                    transaction = Transaction(connection, self._clock_ms())
                    outcomes.append((submission, *_attempt(submission, transaction)))
                    events += transaction.events
        except BaseException as failure:  # the group is not durable: everyone in it must hear that
            for submission in group:
                submission.answer.set_exception(_as_refusal(failure))
            return
        if events:
            try:
                self._committed(events)
            except Exception as failure:  # a listener is told, not asked: what is durable is acknowledged
                log.error("listener_failed", error=type(failure).__name__)
        for submission, result, error in outcomes:
            if error is None:
                submission.answer.set_result(result)
            else:
                submission.answer.set_exception(error)


def _attempt(submission: _Submission, transaction: Transaction) -> tuple[Any, BaseException | None]:
    """Run one act in a savepoint; give its result or its error. A lost connection fails the group."""
    outcome = _once(submission, transaction)
    # Another process wrote the same key first, and has committed: now the act can see its row.
    return _once(submission, transaction) if isinstance(outcome[1], IntegrityError) else outcome


def _once(submission: _Submission, transaction: Transaction) -> tuple[Any, BaseException | None]:
    connection = transaction.connection
    connection.exec_driver_sql("SAVEPOINT act")
    try:
        result = submission.act(transaction)
    except Exception as error:
        if isinstance(error, SQLAlchemyError) and connection.invalidated:
            raise
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT act")
        connection.exec_driver_sql("RELEASE SAVEPOINT act")
        transaction.events.clear()
        return None, _as_refusal(error)
    connection.exec_driver_sql("RELEASE SAVEPOINT act")
    return result, None


def _as_refusal(failure: BaseException) -> BaseException:
    if isinstance(failure, SQLAlchemyError) and not isinstance(failure, IntegrityError):
        refusal = Away("The database cannot be reached; nothing was written.")
        refusal.__cause__ = failure
        return refusal
    return failure
