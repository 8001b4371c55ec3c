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
from ..store.db import Database
from ..store.tables import comment, decision, revision
from . import suggested

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
    """Write JSON Lines of decided comments and of what trusted keys suggested; return how many."""
    return _written(path, map(to_line, chain(labelled(database), suggested.trusted(database))))


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
