"""A small world to write into: one site, one article, one author, a writer with a clock of its own."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from sqlalchemy import Row, func, select
from uuid_utils.compat import uuid7

from moderation.domain.events import Event
from moderation.domain.states import Status
from moderation.store import articles, comments, people, policies
from moderation.store.db import Database
from moderation.store.tables import article, comment, outbox
from moderation.store.writer import Transaction, Writer

T = TypeVar("T")

SITE = "main"
START_MS = 1_800_000_000_000


class World:
    """What a test writes into. `now_ms` is the writer's clock; `told` is what `committed` heard."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now_ms = START_MS
        self.told: list[Event] = []
        self.writer = self.new_writer(committed=self.told.extend)

    def __enter__(self) -> Self:
        self.writer.start()
        self.author_id = str(uuid7())
        self.run(lambda tx: policies.add_site(tx, SITE, "A site"))
        self.run(lambda tx: people.add_author(tx, author_id=self.author_id, site_id=SITE, name="Ada"))
        self.article_id: str = self.run(lambda tx: articles.ensure(tx, SITE, "an-article").id)
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.stop()

    def new_writer(
        self,
        *,
        committed: Callable[[Sequence[Event]], None] = lambda _: None,
        capacity: int = 2048,
    ) -> Writer:
        return Writer(
            self.database.writing, clock_ms=lambda: self.now_ms, committed=committed, capacity=capacity
        )

    def run(self, act: Callable[[Transaction], T]) -> T:
        return self.writer.run(act)

    def row(self, status: Status = "approved", **values: Any) -> dict[str, Any]:
        """Make a comment's row, as `write` wants it."""
        return {
            "id": str(uuid7()),
            "site_id": SITE,
            "article_id": self.article_id,
            "parent_id": None,
            "author_id": self.author_id,
            "author_name": "Ada",
            "body": "A comment.",
            "body_html": "<p>A comment.</p>",
            "revision": 1,
            "status": status,
            "version": 1,
            "reply_count": 0,
            "like_count": 0,
            "lane": "doubtful",
            "priority": 0.0,
            "queued_at_ms": None,
            "words_hash": "words",
            "address_block": None,
            "created_at_ms": self.now_ms,
            "edited_at_ms": None,
            "pinned_at_ms": None,
            "featured_at_ms": None,
            **values,
        }

    def add(self, status: Status = "approved", **values: Any) -> str:
        """Write a comment; return its id."""
        row = self.row(status, **values)
        self.run(lambda tx: write(tx, row))
        return str(row["id"])

    def add_many(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write many comments in one transaction."""
        self.run(lambda tx: [write(tx, row) for row in rows])

    def move(self, comment_id: str, after: Status, **changes: Any) -> int:
        """Load a comment and move it, in one transaction."""
        return self.run(lambda tx: comments.move(tx, load(tx, comment_id), after, changes))

    def comment(self, comment_id: str) -> Row[Any]:
        with self.database.read() as connection:
            found = comments.get(connection, comment_id)
        assert found is not None
        return found

    def count(self, table: Any, *conditions: Any) -> int:
        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()

    def check_counters(self) -> None:
        """Compare everything that is counted with a recount, and the outbox with the versions."""
        with self.database.read() as connection:
            rows = {row.id: row for row in connection.execute(select(comment))}
            owner = connection.execute(select(article).where(article.c.id == self.article_id)).one()
            events = connection.execute(select(outbox).order_by(outbox.c.id)).all()
        approved = [row for row in rows.values() if row.status == "approved"]
        assert owner.comment_count == len(approved)
        assert owner.pin_count == sum(row.pinned_at_ms is not None for row in approved)
        assert owner.pick_count == sum(row.featured_at_ms is not None for row in approved)
        for row in rows.values():
            replies = sum(each.parent_id == row.id for each in approved)
            assert row.reply_count == replies
            holds_up = row.status == "withdrawn" and replies > 0
            assert row.is_listed is (row.status == "approved" or holds_up)
        public = [event for event in events if event.version is not None]
        assert [event.version for event in public] == list(range(1, owner.version + 1))
        assert not public or public[-1].comment_count == owner.comment_count
        work = {event.comment_id: event.kind for event in events if event.kind.startswith("queue.")}
        waiting = {comment_id for comment_id, kind in work.items() if kind == "queue.push"}
        assert waiting == {row.id for row in rows.values() if row.status == "pending"}


def write(transaction: Transaction, row: dict[str, Any]) -> int:
    """Add a comment; return its article's version after it."""
    version = articles.versions(transaction.connection, [row["article_id"]])[row["article_id"]]
    return comments.add(transaction, row, version)


def load(transaction: Transaction, comment_id: str) -> Row[Any]:
    found = comments.get(transaction.connection, comment_id)
    assert found is not None
    return found


class Gate:
    """An act that holds the writer until it is opened, so that a test can fill what waits behind it."""

    def __init__(self, writer: Writer) -> None:
        self._is_open = threading.Event()
        self._is_reached = threading.Event()
        self.answer: Future[bool] = writer.submit(self._wait)
        assert self._is_reached.wait(10)

    def _wait(self, _: Transaction) -> bool:
        self._is_reached.set()
        return self._is_open.wait(30)

    def open(self) -> None:
        self._is_open.set()


@contextmanager
def held(writer: Writer) -> Iterator[Gate]:
    """Hold the writer inside the block; open it at the end, also when the test fails."""
    gate = Gate(writer)
    try:
        yield gate
    finally:
        gate.open()
