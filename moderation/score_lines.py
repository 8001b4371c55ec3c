"""Score texts on the command line with the model that answers in the service."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from models.classifier import Classifier

from .actions.language import detect
from .actions.scoring import Scoring, languages
from .app import opened
from .domain.errors import Away, Invalid
from .settings import Settings

BATCH = 256


def score_texts(settings: Settings, texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield one object per text."""
    yield from _scored(_champion(settings), [{"text": text} for text in texts])


def score_lines(settings: Settings, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield one object per JSON line, in order. Raises Invalid naming the first line that is none."""
    classifier = _champion(settings)
    rows = (_row(line, number) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(rows, BATCH)):
        yield from _scored(classifier, batch)


def _champion(settings: Settings) -> Classifier:
    with opened(settings) as (database, _):
        scoring = Scoring(database, settings.model)
        scoring.refresh()
    if scoring.classifier is None:
        raise Away("No classifier could be loaded; the log above says why.")
    return scoring.classifier


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise Invalid(f"Line {number} is not JSON: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise Invalid(f'Line {number} has no "text" that is a string.')
    return row


def _scored(classifier: Classifier, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    scores = classifier.score([row["text"] for row in rows])
    learnt = languages(classifier)
    for row, values in zip(rows, scores, strict=True):
        named = {"id": row["id"]} if "id" in row else {}
        yield named | {
            "scores": {
                label: round(float(value), 6) for label, value in zip(classifier.labels, values, strict=True)
            },
            "language": detect(row["text"], expected=learnt),
            "model": classifier.model_id,
        }
