"""Brakes, in force until they end by themselves or are released."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from .tables import brake, comment
from .writer import Transaction


def in_force(connection: Connection, now_ms: int) -> Sequence[Row[Any]]:
    """Return the brakes of all sites that are on."""
    wanted = select(brake).where(brake.c.ended_at_ms.is_(None), brake.c.until_ms > now_ms)
    return sorted(
        connection.execute(wanted).all(), key=lambda row: row.id
    )  # few; sorted by SQL, SQLite walks all


def add(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Insert a brake."""
    transaction.connection.execute(insert(brake), {**row, "created_at_ms": transaction.now_ms})


def end(transaction: Transaction, site_id: str, brake_id: str) -> bool:
    """Release a brake once; False when it was over, or never on."""
    released = transaction.connection.execute(
        update(brake)
        .where(
            brake.c.id == brake_id,
            brake.c.site_id == site_id,
            brake.c.ended_at_ms.is_(None),
            brake.c.until_ms > transaction.now_ms,
        )
        .values(ended_at_ms=transaction.now_ms)
    )
    return released.rowcount == 1


def last_comment_at(connection: Connection, author_id: str, article_id: str) -> int | None:
    """Return when somebody last wrote on an article, whatever became of it."""
    wanted = select(comment.c.created_at_ms).where(
        comment.c.author_id == author_id, comment.c.article_id == article_id
    )
    return connection.execute(wanted.order_by(comment.c.id.desc()).limit(1)).scalar_one_or_none()
