"""Requests that were answered before: kept in the transaction of what they made."""

from sqlalchemy import delete, insert, select, tuple_

from ..domain.errors import Field, Invalid
from .tables import idempotency_key
from .writer import Transaction

KEPT_MS = 24 * 3600 * 1000


def earlier(transaction: Transaction, *, owner: str, route: str, key: str, request_hash: str) -> str | None:
    """Return what an earlier request with this key made. Raises Invalid if it said something else."""
    found = transaction.connection.execute(
        select(idempotency_key).where(
            idempotency_key.c.owner == owner,
            idempotency_key.c.route == route,
            idempotency_key.c.key == key,
        )
    ).one_or_none()
    if found is None:
        return None
    if found.request_hash != request_hash:
        detail = "This Idempotency-Key was used for another request."
        raise Invalid(detail, [Field("Idempotency-Key", detail)])
    return str(found.subject_id)


def remember(
    transaction: Transaction, *, owner: str, route: str, key: str, request_hash: str, subject_id: str
) -> None:
    """Keep the key with what it made."""
    transaction.connection.execute(
        insert(idempotency_key),
        {
            "owner": owner,
            "route": route,
            "key": key,
            "request_hash": request_hash,
            "subject_id": subject_id,
            "created_at_ms": transaction.now_ms,
        },
    )


def purge(transaction: Transaction, limit: int) -> int:
    """Delete a slice of the keys that are older than a day; return how many."""
    keys = tuple_(idempotency_key.c.owner, idempotency_key.c.route, idempotency_key.c.key)
    old = select(*keys.clauses).where(idempotency_key.c.created_at_ms < transaction.now_ms - KEPT_MS)
    return transaction.connection.execute(delete(idempotency_key).where(keys.in_(old.limit(limit)))).rowcount
