"""Requests that were answered before: kept in the transaction of what they made."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, tuple_

from ..domain.errors import Field, Invalid
from .tables import idempotency_key
from .writer import Transaction

KEPT_MS = 24 * 3600 * 1000

Key = tuple[str, str, str]  # owner, route, key

_KEYS = tuple_(idempotency_key.c.owner, idempotency_key.c.route, idempotency_key.c.key)
_FIND = select(idempotency_key).where(
    *(column == bindparam(f"wanted_{column.name}") for column in _KEYS.clauses)
)
_INSERT = insert(idempotency_key)


def earlier(transaction: Transaction, *, owner: str, route: str, key: str, request_hash: str) -> str | None:
    """Return what an earlier request with this key made. Raises Invalid if it said something else."""
    found = find(transaction, [(owner, route, key)])
    return subject(next(iter(found.values())), request_hash) if found else None


def find(transaction: Transaction, keys: Sequence[Key]) -> dict[Key, Row[Any]]:
    """Return what is kept of earlier requests with these keys.

    One look-up each: SQLite reads the whole table for `(a, b, c) IN (…)`.
    """
    found: dict[Key, Row[Any]] = {}
    for owner, route, key in keys:
        wanted = {"wanted_owner": owner, "wanted_route": route, "wanted_key": key}
        if row := transaction.connection.execute(_FIND, wanted).one_or_none():
            found[owner, route, key] = row
    return found


def subject(earlier: Row[Any], request_hash: str) -> str:
    """Return what an earlier request made. Raises Invalid if it said something else."""
    if earlier.request_hash != request_hash:
        detail = "This Idempotency-Key was used for another request."
        raise Invalid(detail, [Field("Idempotency-Key", detail)])
    return str(earlier.subject_id)


def remember(
    transaction: Transaction, *, owner: str, route: str, key: str, request_hash: str, subject_id: str
) -> None:
    """Keep the key with what it made."""
    made = {"owner": owner, "route": route, "key": key, "request_hash": request_hash}
    remember_all(transaction, [made | {"subject_id": subject_id}])


def remember_all(transaction: Transaction, rows: Sequence[Mapping[str, str]]) -> None:
    """Keep keys with what they made; `rows` are the arguments of `remember`."""
    if rows:
        now = {"created_at_ms": transaction.now_ms}
        transaction.connection.execute(_INSERT, [{**row, **now} for row in rows])


def purge(transaction: Transaction, limit: int) -> int:
    """Delete a slice of the keys that are older than a day; return how many."""
    old = select(*_KEYS.clauses).where(idempotency_key.c.created_at_ms < transaction.now_ms - KEPT_MS)
    return transaction.connection.execute(delete(idempotency_key).where(_KEYS.in_(old.limit(limit)))).rowcount
