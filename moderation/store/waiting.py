"""What waits for a person, as SQL knows it: what the queue in Redis is made of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, literal_column, or_, select, update

from ..domain.states import waits
from . import counting
from .tables import comment
from .writer import Transaction

# Spelled as in the index of what waits: with a parameter in it, PostgreSQL would not know that one again.
_WAITS = or_(comment.c.status == literal_column("'pending'"), comment.c.queued_at_ms.is_not(None))


def after(connection: Connection, site_id: str, after_id: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return the next waiting comments of a site in id order: what a rebuilt queue is made of."""
    wanted: Select[Any] = select(
        comment.c.id, comment.c.lane, comment.c.priority, comment.c.created_at_ms, comment.c.queued_at_ms
    ).where(comment.c.site_id == site_id, _WAITS)
    if after_id:
        wanted = wanted.where(comment.c.id > after_id)
    return connection.execute(wanted.order_by(comment.c.id).limit(limit)).all()


def count(connection: Connection, site_id: str) -> int:
    """Count the comments of a site that wait for a decision."""
    wanted = select(func.count()).where(comment.c.site_id == site_id, _WAITS)
    return connection.execute(wanted).scalar_one()


def still(connection: Connection, comment_ids: Sequence[str]) -> set[str]:
    """Return those of the ids that still wait for a decision."""
    wanted = select(comment.c.id).where(comment.c.id.in_(comment_ids), _WAITS)
    return {row.id for row in connection.execute(wanted)}


def oldest_ms(connection: Connection, site_id: str) -> int | None:
    """Return since when the oldest pending comment waits; without one, the first asked about again."""
    wanted = select(comment.c.created_at_ms).where(
        comment.c.site_id == site_id, comment.c.status == "pending"
    )
    found = connection.execute(wanted.order_by(comment.c.id).limit(1)).scalar_one_or_none()
    if found is not None:
        return int(found)
    asked = after(connection, site_id, None, 1)
    return asked[0].queued_at_ms if asked else None


def ask_again(transaction: Transaction, row: Row[Any], *, lane: str, priority: float) -> None:
    """Let a decided comment wait for another look; what it is, its version and its page stay.

    The caller holds the article's lock. One that waits already keeps its place.
    """
    if waits(row.status, row.queued_at_ms):
        return
    asked = {"queued_at_ms": transaction.now_ms, "lane": lane, "priority": priority}
    transaction.connection.execute(update(comment).where(comment.c.id == row.id).values(asked))
    transaction.tell(counting.queue_event(row._asdict(), "queue.push"))
