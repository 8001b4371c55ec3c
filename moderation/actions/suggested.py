"""What programs suggested: examples once an admin trusts their key, and forgotten when asked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from models.example import Example
from models.labels import LABELS

from ..domain.attributes import label_of
from ..domain.errors import Invalid
from ..store import audit, suggestions
from ..store.db import Database
from ..store.writer import Transaction, Writer

SLICE = 1000


def trusted(database: Database) -> Iterator[Example]:
    """Yield one example per suggestion of a key that an admin trusts, oldest first."""
    after_id: str | None = None
    while True:
        with database.read() as connection:
            rows = suggestions.trusted_after(connection, after_id, SLICE)
        yield from (example for row in rows if (example := _example(row)) is not None)
        if len(rows) < SLICE:
            return
        after_id = rows[-1].id


def counted(database: Database) -> list[dict[str, Any]]:
    """Count suggestions by key and community."""
    with database.read() as connection:
        rows = suggestions.by_key(connection)
    names = ("key", "name", "weight", "community", "number")
    return [{name: getattr(row, name) for name in names} for row in rows]


def forget(
    database: Database, writer: Writer, *, key: str | None, community: str | None, text: str | None
) -> int:
    """Delete a key's suggestions (of one community), or all of a text; return how many. Raises Invalid."""
    if (key is None) == (text is None) or (community is not None and key is None):
        raise Invalid("Say either --key, with or without --community, or --text.")

    def act(transaction: Transaction) -> int:
        if text is not None:
            number, said = suggestions.drop_text(transaction, text), {}
        else:
            number, said = suggestions.drop(transaction, str(key), community), {"community": community}
        subject, facts = key or "", {"number": number, **said}
        audit.add(transaction, actor_id="command", act="suggestions.forget", subject_id=subject, facts=facts)
        return number

    count = writer.run(act)
    database.settle()
    return count


def _example(row: Row[Any]) -> Example | None:
    values = {label_of(name): given.get("summaryScore") for name, given in row.scores.items()}
    labels = {label: score["value"] for label, score in values.items() if label in LABELS and score}
    if not labels:  # of parts of the text alone
        return None
    return Example(
        text=row.body,
        labels=labels,
        weight=row.weight,
        id=row.id,
        author=row.token_id,  # one voice: all of it falls on one side of a split
        decided_at=datetime.fromtimestamp(row.created_at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        source="suggested",
    )
