"""Whom readers mute: rows of their own, never part of a public page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from .tables import author, muting
from .writer import Transaction

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def put(transaction: Transaction, author_id: str, muted_id: str) -> None:
    """Mute somebody; twice is once."""
    row = {"author_id": author_id, "muted_id": muted_id, "created_at_ms": transaction.now_ms}
    made = _INSERT[transaction.connection.dialect.name](muting).values(row)
    transaction.connection.execute(made.on_conflict_do_nothing())


def drop(transaction: Transaction, author_id: str, muted_id: str) -> None:
    """Hear somebody again."""
    gone = delete(muting).where(muting.c.author_id == author_id, muting.c.muted_id == muted_id)
    transaction.connection.execute(gone)


def of(connection: Connection, author_id: str) -> Sequence[Row[Any]]:
    """Return whom somebody mutes, by the names that they have now, the latest first."""
    wanted = select(muting, author.c.name).join(author, author.c.id == muting.c.muted_id)
    wanted = wanted.where(muting.c.author_id == author_id).order_by(muting.c.created_at_ms.desc())
    return connection.execute(wanted).all()


def count(connection: Connection, author_id: str) -> int:
    """Count whom somebody mutes."""
    wanted = select(func.count()).select_from(muting).where(muting.c.author_id == author_id)
    return connection.execute(wanted).scalar_one()


def forget(transaction: Transaction, author_id: str) -> None:
    """Delete whom a person muted, and that others mute them: there is nobody left to mute."""
    gone = delete(muting).where((muting.c.author_id == author_id) | (muting.c.muted_id == author_id))
    transaction.connection.execute(gone)
