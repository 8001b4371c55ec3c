"""First drafts beside the comments that they became: those that may be kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from .tables import comment, revision, softening
from .writer import Transaction


def add_all(transaction: Transaction, first: Mapping[str, str]) -> None:
    """Keep the first drafts of new comments, by the comment's id."""
    if first:
        now = {"created_at_ms": transaction.now_ms}
        rows = [{"comment_id": comment_id, "body": body, **now} for comment_id, body in first.items()]
        transaction.connection.execute(insert(softening), rows)


def drop(transaction: Transaction, comment_ids: Sequence[str]) -> None:
    """Forget the first drafts of comments."""
    transaction.connection.execute(delete(softening).where(softening.c.comment_id.in_(comment_ids)))


def of(connection: Connection, comment_ids: Sequence[str]) -> dict[str, str]:
    """Return the first drafts that are kept of comments, by the comment's id."""
    rows = connection.execute(select(softening).where(softening.c.comment_id.in_(comment_ids)))
    return {row.comment_id: row.body for row in rows}


def pairs(connection: Connection, after_id: str | None, limit: int) -> list[Row[Any]]:
    """Return (id, first, sent, created_at_ms) in order of ids; sent: as it was posted, before any edit."""
    is_first = (revision.c.comment_id == softening.c.comment_id) & (revision.c.number == 1)
    wanted: Any = (
        select(
            comment.c.id,
            softening.c.body.label("first"),
            revision.c.body.label("sent"),
            comment.c.author_id,
            comment.c.article_id,
            comment.c.status,
            softening.c.created_at_ms,
        )
        .join(comment, comment.c.id == softening.c.comment_id)
        .join(revision, is_first)
        .where(comment.c.status != "withdrawn", revision.c.body != "")
        .order_by(softening.c.comment_id)
        .limit(limit)
    )
    if after_id:
        wanted = wanted.where(softening.c.comment_id > after_id)
    return list(connection.execute(wanted))
