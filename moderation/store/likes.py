"""Likes: once a reader and comment, counted where they are shown."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..domain.events import Event
from . import articles
from .tables import comment, liking
from .writer import Transaction

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_COUNT = (
    update(comment)
    .where(comment.c.id == bindparam("wanted_id"))
    .values(like_count=comment.c.like_count + bindparam("change"))
    .returning(comment.c.like_count)
)


def put(transaction: Transaction, author_id: str, liked: Row[Any]) -> tuple[int, int]:
    """Like a comment; return (its likes, its article's version) after it."""
    row = {"author_id": author_id, "comment_id": liked.id, "created_at_ms": transaction.now_ms}
    made = _INSERT[transaction.connection.dialect.name](liking).values(row)
    made = made.on_conflict_do_nothing().returning(liking.c.comment_id)
    return _counted(transaction, liked, len(transaction.connection.execute(made).all()))


def drop(transaction: Transaction, author_id: str, liked: Row[Any]) -> tuple[int, int]:
    """Take a like back; return what `put` returns."""
    gone = delete(liking).where(liking.c.author_id == author_id, liking.c.comment_id == liked.id)
    return _counted(transaction, liked, -transaction.connection.execute(gone).rowcount)


def of(connection: Connection, author_id: str) -> Sequence[Row[Any]]:
    """Return what somebody likes."""
    return connection.execute(select(liking).where(liking.c.author_id == author_id)).all()


def _counted(transaction: Transaction, liked: Row[Any], change: int) -> tuple[int, int]:
    """Count where something changed; the page changes with it, and open ones are told that it did."""
    if not change:
        return liked.like_count, liked.article_version
    version, comment_count = articles.count(transaction, liked.article_id, 0)
    likes = transaction.connection.execute(_COUNT, {"wanted_id": liked.id, "change": change}).scalar_one()
    transaction.tell(
        Event("counts", liked.site_id, liked.article_id, version=version, comment_count=comment_count)
    )
    return likes, version
