"""Registered models, the pointer to the champion, and leases of one-process jobs."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .tables import lease, model, promotion
from .writer import Transaction

_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def models(connection: Connection) -> Sequence[Row[Any]]:
    """Return every registered model, oldest first."""
    return connection.execute(select(model).order_by(model.c.registered_at_ms, model.c.id)).all()


def get_model(connection: Connection, model_id: str) -> Row[Any] | None:
    """Return a registered model."""
    return connection.execute(select(model).where(model.c.id == model_id)).one_or_none()


def add_model(transaction: Transaction, *, model_id: str, folder: str) -> None:
    """Register a model, or move a known one to another folder."""
    connection = transaction.connection
    values = {"folder": folder, "registered_at_ms": transaction.now_ms}
    if get_model(connection, model_id):
        connection.execute(update(model).where(model.c.id == model_id).values(folder=folder))
    else:
        connection.execute(insert(model), {"id": model_id, **values})


def promotions(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Return the newest promotions first, each with its model's folder: the champion leads."""
    wanted = (
        select(promotion, model.c.folder)
        .join(model, model.c.id == promotion.c.model_id)
        .order_by(promotion.c.number.desc())
        .limit(limit)
    )
    return connection.execute(wanted).all()


def promote(transaction: Transaction, model_id: str, made_by: str) -> None:
    """Point to another champion."""
    transaction.connection.execute(
        insert(promotion),
        {"model_id": model_id, "made_by": made_by, "created_at_ms": transaction.now_ms},
    )


def take_lease(transaction: Transaction, name: str, holder: str, lease_ms: int) -> bool:
    """Take or keep a job for a while; False while another process holds it.

    A lease that ends far later than any could was taken before the clock was set back: nobody has it.
    """
    connection, now_ms = transaction.connection, transaction.now_ms
    values = {"holder": holder, "expires_at_ms": now_ms + lease_ms}
    is_over = or_(lease.c.expires_at_ms <= now_ms, lease.c.expires_at_ms > now_ms + 2 * lease_ms)
    made = _INSERT[connection.dialect.name](lease).values(name=name, holder=holder, expires_at_ms=0)
    connection.execute(made.on_conflict_do_nothing(index_elements=["name"]))
    taken = connection.execute(
        update(lease)
        .where(lease.c.name == name)
        .where(or_(lease.c.holder == holder, is_over))
        .values(**values)
    )
    return taken.rowcount == 1


def drop_lease(transaction: Transaction, name: str, holder: str) -> None:
    """Give a job back, if it is still held by this holder."""
    transaction.connection.execute(
        update(lease).where(lease.c.name == name, lease.c.holder == holder).values(expires_at_ms=0)
    )
