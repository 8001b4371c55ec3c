"""The audit log: ids and facts of every act, no texts, no names; append-only."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from uuid_utils import uuid7

from .tables import audit_entry
from .writer import Transaction

_INSERT_AUDIT_ENTRY = insert(audit_entry)


def add(
    transaction: Transaction, *, actor_id: str, act: str, subject_id: str, facts: Mapping[str, Any]
) -> None:
    """Append an entry in the transaction of what it records."""
    add_all(transaction, [{"actor_id": actor_id, "act": act, "subject_id": subject_id, "facts": dict(facts)}])


def add_all(transaction: Transaction, entries: Sequence[Mapping[str, Any]]) -> None:
    """Append many; `entries` are the arguments of `add`."""
    transaction.connection.execute(
        _INSERT_AUDIT_ENTRY,
        [{**entry, "id": str(uuid7()), "at_ms": transaction.now_ms} for entry in entries],
    )
