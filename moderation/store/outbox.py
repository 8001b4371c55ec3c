"""The outbox: what has been committed and must still be told, and what pages may have missed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from .tables import outbox
from .writer import Transaction


def unsent(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Return the oldest rows that the relay has not sent."""
    wanted = select(outbox).where(outbox.c.sent_at_ms.is_(None)).order_by(outbox.c.id).limit(limit)
    return connection.execute(wanted).all()


def mark_sent(transaction: Transaction, ids: Sequence[str]) -> None:
    """Remember that these were sent."""
    transaction.connection.execute(
        update(outbox).where(outbox.c.id.in_(ids)).values(sent_at_ms=transaction.now_ms)
    )


def changes_after(connection: Connection, article_id: str, version: int, limit: int) -> Sequence[Row[Any]]:
    """Return an article's public changes after a version, in order."""
    wanted = (
        select(outbox)
        .where(outbox.c.article_id == article_id, outbox.c.version > version)
        .order_by(outbox.c.version)
        .limit(limit)
    )
    return connection.execute(wanted).all()


def purge(transaction: Transaction, before_ms: int, limit: int) -> int:
    """Delete a slice of what was sent before a time; return how many."""
    old = (
        select(outbox.c.id)
        .where(outbox.c.created_at_ms < before_ms, outbox.c.sent_at_ms.is_not(None))
        .limit(limit)
    )
    return transaction.connection.execute(delete(outbox).where(outbox.c.id.in_(old))).rowcount


def backlog(connection: Connection) -> tuple[int, int | None]:
    """Return (how much waits to be sent, when the oldest of it was committed)."""
    wanted = select(func.count(), func.min(outbox.c.created_at_ms)).where(outbox.c.sent_at_ms.is_(None))
    number, oldest_at_ms = connection.execute(wanted).one()
    return number, oldest_at_ms
