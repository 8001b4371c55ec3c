"""Replies that readers are told of: a row a reply, written by whoever carries the outbox on.

No post waits for it. Who is told twice is told once: the key is (author of the parent, reply). What was
taken off the page, and what people wrote whom one mutes, is not counted and not listed.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from . import letters
from .comments import WITH_ARTICLE
from .tables import author, comment, muting, reply_feed, reply_notice
from .writer import Transaction

MOST_COUNTED = 100  # more unread replies than that need no counting

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_NAMES = ["author_id", "comment_id", "created_at_ms"]


def tell(transaction: Transaction, comment_ids: Sequence[str]) -> None:
    """Tell the authors of the parents of these replies; nobody is told of an answer to themselves."""
    parent = comment.alias("parent")
    found = (
        select(parent.c.author_id, comment.c.id, literal(transaction.now_ms))
        .join(parent, parent.c.id == comment.c.parent_id)
        .where(comment.c.id.in_(comment_ids), comment.c.author_id != parent.c.author_id)
    )
    made = _INSERT[transaction.connection.dialect.name](reply_notice).from_select(_NAMES, found)
    fresh = made.on_conflict_do_nothing().returning(reply_notice.c.author_id, reply_notice.c.comment_id)
    letters.tell(transaction, transaction.connection.execute(fresh).all())


def of(connection: Connection, author_id: str, *, after_id: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return the newest replies to somebody with `read_at_ms`, `limit` + 1."""
    wanted = _heard(WITH_ARTICLE.add_columns(reply_notice.c.read_at_ms), author_id)
    if after_id:
        wanted = wanted.where(reply_notice.c.comment_id < after_id)
    return connection.execute(wanted.order_by(reply_notice.c.comment_id.desc()).limit(limit + 1)).all()


def count_unread(connection: Connection, author_id: str) -> int:
    """Count the replies that somebody has not seen, up to MOST_COUNTED."""
    unread = _heard(select(comment.c.id), author_id).where(reply_notice.c.read_at_ms.is_(None))
    counted = select(func.count()).select_from(unread.limit(MOST_COUNTED).subquery())
    number: int = connection.execute(counted).scalar_one()
    return number


def mark_read(transaction: Transaction, author_id: str, comment_ids: Sequence[str]) -> None:
    """Remember that somebody has seen these."""
    seen = update(reply_notice).where(
        reply_notice.c.author_id == author_id,
        reply_notice.c.comment_id.in_(comment_ids),
        reply_notice.c.read_at_ms.is_(None),
    )
    transaction.connection.execute(seen.values(read_at_ms=transaction.now_ms))


def set_feed(transaction: Transaction, author_id: str, token_hash: str) -> None:
    """Give somebody a feed; an earlier address of it means nothing any more."""
    drop_feed(transaction, author_id)
    row = {"author_id": author_id, "token_hash": token_hash, "created_at_ms": transaction.now_ms}
    transaction.connection.execute(reply_feed.insert().values(row))


def drop_feed(transaction: Transaction, author_id: str) -> None:
    """Take somebody's feed away."""
    transaction.connection.execute(delete(reply_feed).where(reply_feed.c.author_id == author_id))


def feed_since(connection: Connection, author_id: str) -> int | None:
    """Return since when somebody has a feed; None: they have none."""
    wanted = select(reply_feed.c.created_at_ms).where(reply_feed.c.author_id == author_id)
    return connection.execute(wanted).scalar_one_or_none()


def feed_owner(connection: Connection, token_hash: str) -> Row[Any] | None:
    """Return whose feed it is."""
    wanted = select(author).join(reply_feed, reply_feed.c.author_id == author.c.id)
    return connection.execute(wanted.where(reply_feed.c.token_hash == token_hash)).one_or_none()


def notices(connection: Connection, author_id: str) -> Sequence[Row[Any]]:
    """Return what somebody was told of."""
    wanted = select(reply_notice).where(reply_notice.c.author_id == author_id)
    return connection.execute(wanted.order_by(reply_notice.c.comment_id.desc())).all()


def forget(transaction: Transaction, author_id: str) -> None:
    """Delete what a person was told, and their feed."""
    drop_feed(transaction, author_id)
    letters.drop(transaction, author_id)
    transaction.connection.execute(delete(reply_notice).where(reply_notice.c.author_id == author_id))


def _heard(wanted: Select[Any], author_id: str) -> Select[Any]:
    """Join the notices of somebody to what is still public, without whom they mute."""
    is_muted = exists().where(muting.c.author_id == author_id, muting.c.muted_id == comment.c.author_id)
    told = reply_notice.c.comment_id == comment.c.id
    return wanted.join(reply_notice, told).where(
        reply_notice.c.author_id == author_id, comment.c.status == "approved", ~is_muted
    )
