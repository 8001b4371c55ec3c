"""What leaves the service: decided comments as labelled examples for `training`, and softened drafts.

Only people's decisions are labels: a model never learns from its own verdicts. Every line is one
comment with the last word that a moderator said about its current text.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from models.example import Example, to_line
from models.labels import LABELS

from ..store import softenings
from ..domain.attributes import label_of
from ..domain.errors import Invalid
from ..store import audit, suggestions
from ..store.db import Database
from ..store.tables import comment, decision, revision
from ..store.writer import Transaction, Writer

SLICE = 1000

# A refusal for one of these is a fact about the words themselves; for others (off-topic, illegal,
# misinformation) it is a fact about the place or the world, which no word model should learn.
_LABELS = {
    "toxicity": ("toxicity",),
    "severe_toxicity": ("toxicity", "severe_toxicity"),
    "identity_attack": ("toxicity", "identity_attack"),
    "insult": ("toxicity", "insult"),
    "threat": ("toxicity", "threat"),
    "profanity": ("toxicity", "profanity"),
    "sexual": ("sexually_explicit",),
    "spam": ("spam",),
}


def export_labels(database: Database, path: Path) -> int:
    """Write JSON Lines of decided comments; return how many."""
    return _written(path, (to_line(example) for example in labelled(database)))


def export_pairs(database: Database, path: Path) -> int:
    """Write JSON Lines of first drafts and what their authors posted instead; return how many."""
    return _written(path, (json.dumps(pair, separators=(",", ":")) for pair in softened(database)))


def softened(database: Database) -> Iterator[dict[str, str]]:
    """Yield each first draft that may be kept, with what was posted; in order of posting."""
    after_id: str | None = None
    while True:
        with database.read() as connection:
            rows = softenings.pairs(connection, after_id, SLICE)
        for row in rows:
            yield {
                "id": row.id,
                "first": row.first,
                "sent": row.sent,
                "status": row.status,
                "author": row.author_id,
                "thread": row.article_id,
                "written_at": _moment(row.created_at_ms),
            }
        if len(rows) < SLICE:
            return
        after_id = rows[-1].id


def _written(path: Path, lines: Iterable[str]) -> int:
    """Write lines; return how many. The file appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    number = 0
    with part.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(line + "\n")
        for example in chain(labelled(database), trusted(database)):
            file.write(to_line(example) + "\n")
            number += 1
    part.replace(path)
    return number


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def labelled(database: Database) -> Iterator[Example]:
    """Yield one example per comment that a moderator approved or refused, oldest decision first."""
    after_id: str | None = None
    while True:
        with database.read() as connection:
            rows = _decided_after(connection, after_id)
        yield from (example for row in rows if (example := _example(row)) is not None)
        if len(rows) < SLICE:
            return
        after_id = rows[-1].decision_id


def trusted(database: Database) -> Iterator[Example]:
    """Yield one example per suggestion of a key that an admin trusts, oldest first."""
    after_id: str | None = None
    while True:
        with database.read() as connection:
            rows = suggestions.trusted_after(connection, after_id, SLICE)
        yield from (example for row in rows if (example := _suggested(row)) is not None)
        if len(rows) < SLICE:
            return
        after_id = rows[-1].id


def suggested(database: Database) -> list[dict[str, Any]]:
    """Count suggestions by key and community."""
    with database.read() as connection:
        rows = suggestions.by_key(connection)
    return [
        {
            "key": row.key,
            "name": row.name,
            "weight": row.weight,
            "community": row.community,
            "number": row.number,
        }
        for row in rows
    ]


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
        facts = {"number": number, **said}
        audit.add(
            transaction, actor_id="command", act="suggestions.forget", subject_id=key or "", facts=facts
        )
        return number

    count = writer.run(act)
    database.settle()
    return count


def _decided_after(connection: Connection, after_id: str | None) -> list[Row[Any]]:
    later = decision.alias("later")
    is_last_word = (
        ~select(later.c.id)
        .where(
            later.c.comment_id == decision.c.comment_id,
            later.c.actor == "moderator",
            later.c.version > decision.c.version,
        )
        .exists()
    )
    wanted: Any = (
        select(
            decision.c.id.label("decision_id"),
            decision.c.action,
            decision.c.reason,
            decision.c.probability,
            decision.c.created_at_ms,
            decision.c.undoes_id,
            revision.c.body,
            comment.c.id,
            comment.c.author_id,
            comment.c.article_id,
        )
        .join(comment, comment.c.id == decision.c.comment_id)
        .join(
            revision,
            (revision.c.comment_id == decision.c.comment_id) & (revision.c.number == decision.c.revision),
        )
        .where(
            decision.c.actor == "moderator",
            decision.c.action.in_(("approve", "reject")),
            decision.c.undoes_id.is_(None),  # an undo says that nothing was meant
            is_last_word,
            revision.c.body != "",  # kept long enough, see store/forgetting
        )
        .order_by(decision.c.id)
        .limit(SLICE)
    )
    if after_id:
        wanted = wanted.where(decision.c.id > after_id)
    return list(connection.execute(wanted))


def _suggested(row: Row[Any]) -> Example | None:
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


def _example(row: Row[Any]) -> Example | None:
    if row.action == "approve":
        labels = dict.fromkeys(LABELS, 0.0)  # a head that hears only "yes" would suspect everything
    else:
        labels = dict.fromkeys(_LABELS.get(row.reason or "other", ()), 1.0)
    if not labels:
        return None
    return Example(
        text=row.body,
        labels=labels,
        probability=row.probability,
        id=row.id,
        author=row.author_id,
        thread=row.article_id,
        decided_at=_moment(row.created_at_ms),
        source="moderators",
    )
