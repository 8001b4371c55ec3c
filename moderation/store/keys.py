"""API tokens as keys of programs: how often they may ask, and how much they asked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .tables import key_usage, token
from .writer import Transaction


def set_rate(transaction: Transaction, token_id: str, rate: str) -> bool:
    """Set how often a key may ask; False when there is no such API token."""
    changed = transaction.connection.execute(
        update(token).where(token.c.id == token_id, token.c.use == "api").values(rate=rate)
    )
    return changed.rowcount == 1


def count(transaction: Transaction, counts: Mapping[tuple[str, str], int]) -> None:
    """Add to what keys asked today (UTC); counts: (token id, "answered" or "refused") → number."""
    day = datetime.fromtimestamp(transaction.now_ms / 1000, UTC).date().isoformat()
    for token_id in sorted({token_id for token_id, _ in counts}):
        row = {name: counts.get((token_id, name), 0) for name in ("answered", "refused")}
        insert_ = sqlite.insert if transaction.connection.dialect.name == "sqlite" else postgresql.insert
        adding = insert_(key_usage).values(token_id=token_id, day=day, **row)
        sums = {name: key_usage.c[name] + adding.excluded[name] for name in row}
        transaction.connection.execute(
            adding.on_conflict_do_update(index_elements=["token_id", "day"], set_=sums)
        )


def used(connection: Connection, since_day: str) -> Mapping[str, Row[Any]]:
    """Return what each key asked since a day, that one included, by token id."""
    wanted = (
        select(
            key_usage.c.token_id,
            func.sum(key_usage.c.answered).label("answered"),
            func.sum(key_usage.c.refused).label("refused"),
        )
        .where(key_usage.c.day >= since_day)
        .group_by(key_usage.c.token_id)
    )
    found: Sequence[Any] = connection.execute(wanted).all()
    return {row.token_id: row for row in found}
