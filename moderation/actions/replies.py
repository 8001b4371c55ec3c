"""Replies to oneself: listed, counted while unread, and as a private feed whose address is a secret.

Notices are written off the hot path, by the relay that carries the outbox (`tell`).
"""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ..domain.errors import Missing, Unauthenticated
from ..domain.roles import Person
from ..store import letters, people, replies
from ..store.db import Database
from ..store.writer import Transaction, Writer
from .admission import limit_posts
from .pages import cut
from .parts import Parts
from .person import ERASED


@dataclass(frozen=True, slots=True)
class Replies:
    """A page of replies to somebody. feed_since_ms None: they have no feed."""

    rows: Sequence[Row[Any]]
    next_id: str | None
    unread: int
    feed_since_ms: int | None
    address: Row[Any] | None  # for letters


def tell(writer: Writer, events: Iterable[Row[Any]]) -> None:
    """Tell those who were answered; events: rows of the outbox. Doing it again changes nothing."""
    published = [row.comment_id for row in events if row.kind == "comment.published" and row.parent_id]
    if published:
        writer.run(lambda transaction: replies.tell(transaction, published))


def to_me(database: Database, reader_id: str, *, after_id: str | None, limit: int) -> Replies:
    """Return replies to a reader, the newest first."""
    with database.read() as connection:
        found = replies.of(connection, reader_id, after_id=after_id, limit=limit)
        unread = replies.count_unread(connection, reader_id)
        since_ms = replies.feed_since(connection, reader_id)
        address = letters.address_of(connection, reader_id)
    return Replies(*cut(found, limit), unread, since_ms, address)


async def mark_read(parts: Parts, reader: Person, comment_ids: Sequence[str]) -> None:
    """Remember that a reader has seen these."""
    await asyncio.wrap_future(
        parts.writer.submit(lambda tx: replies.mark_read(tx, reader.person_id, comment_ids))
    )


async def open_feed(parts: Parts, reader: Person, address: str) -> str:
    """Give a reader a feed and return the secret of its address; an earlier one ends. Raises TooMany."""
    await limit_posts(parts, reader.person_id, address, act="feed")
    secret = secrets.token_urlsafe(32)

    def act(transaction: Transaction) -> None:
        found = people.get_author(transaction.connection, reader.person_id)
        if found is None or found.standing == ERASED:
            raise Unauthenticated("Start a session first (POST /api/v1/session).")
        replies.set_feed(transaction, reader.person_id, _hash(secret))

    await asyncio.wrap_future(parts.writer.submit(act))
    return secret


async def close_feed(parts: Parts, reader: Person) -> None:
    """End a reader's feed."""
    await asyncio.wrap_future(parts.writer.submit(lambda tx: replies.drop_feed(tx, reader.person_id)))


def feed(database: Database, secret: str, limit: int) -> tuple[Row[Any], Sequence[Row[Any]]]:
    """Return (whose feed it is, replies to them). Raises Missing."""
    with database.read() as connection:
        owner = replies.feed_owner(connection, _hash(secret))
        if owner is None:
            raise Missing("There is no such feed.")
        return owner, replies.of(connection, owner.id, after_id=None, limit=limit)[:limit]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
