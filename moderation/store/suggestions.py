"""Texts that programs suggested scores for, by the key that they came with."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from uuid_utils import uuid7

from .tables import suggestion, token
from .writer import Transaction


def add(transaction: Transaction, row: Mapping[str, Any]) -> str:
    """Insert a suggestion; return its id."""
    made = {**row, "id": str(uuid7()), "created_at_ms": transaction.now_ms}
    transaction.connection.execute(insert(suggestion), made)
    return str(made["id"])


def trusted_after(connection: Connection, after_id: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return suggestions whose key has a weight, with that weight, oldest first."""
    wanted = (
        select(suggestion, token.c.weight)
        .join(token, token.c.id == suggestion.c.token_id)
        .where(token.c.weight > 0)
        .order_by(suggestion.c.id)
        .limit(limit)
    )
    if after_id:
        wanted = wanted.where(suggestion.c.id > after_id)
    return connection.execute(wanted).all()


def by_key(connection: Connection) -> Sequence[Row[Any]]:
    """Count suggestions by key and community, with the key's name and weight."""
    columns = (token.c.id.label("key"), token.c.name, token.c.weight, suggestion.c.community)
    wanted = (
        select(*columns, func.count().label("number"))
        .join(suggestion, suggestion.c.token_id == token.c.id)
        .group_by(*columns)
        .order_by(token.c.id, suggestion.c.community)
    )
    return connection.execute(wanted).all()


def drop(transaction: Transaction, token_id: str, community: str | None) -> int:
    """Delete a key's suggestions, of one community or all; return how many."""
    wanted = delete(suggestion).where(suggestion.c.token_id == token_id)
    if community is not None:
        wanted = wanted.where(suggestion.c.community == community)
    return transaction.connection.execute(wanted).rowcount


def drop_text(transaction: Transaction, body: str) -> int:
    """Delete what was suggested for a text, whoever did; return how many."""
    return transaction.connection.execute(delete(suggestion).where(suggestion.c.body == body)).rowcount


def weigh(transaction: Transaction, token_id: str, weight: float) -> bool:
    """Say what a key's suggestions count in training; False when there is no such API token."""
    changed = transaction.connection.execute(
        update(token).where(token.c.id == token_id, token.c.use == "api").values(weight=weight)
    )
    return changed.rowcount == 1
