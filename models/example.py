"""One labelled comment: the line of a JSON-Lines file in which the service and training meet."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from models.labels import LABELS


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the labels that a person judged, each between 0 (no) and 1 (yes).

    weight: how much it counts. probability: with which it was sampled, above 0, at most 1; its
    inverse undoes the bias of reviewing only what looked doubtful. decided_at: RFC 3339.
    """

    text: str
    labels: dict[str, float]
    weight: float = 1.0
    probability: float = 1.0
    id: str = ""
    author: str = ""
    thread: str = ""
    decided_at: str = ""
    source: str = ""


KINDS: dict[str, type | tuple[type, ...]] = {
    field.name: (int, float) if field.type is float else str
    for field in fields(Example)
    if field.name != "labels"
}


def to_line(example: Example) -> str:
    """Write one example as one line of JSON, without its line end; defaults are left out."""
    kept = {
        field.name: value
        for field in fields(Example)
        if (value := getattr(example, field.name)) != field.default
    }
    return json.dumps(kept, ensure_ascii=True, separators=(",", ":"))


def from_line(line: str) -> Example:
    """Read one line. Raises ValueError that says what is wrong with it."""
    raw = json.loads(line)
    if not isinstance(raw, dict):
        raise ValueError("not an object")
    if unknown := sorted(set(raw) - {*KINDS, "labels"}):
        raise ValueError(f"unknown field {unknown[0]}")
    for name, kind in KINDS.items():
        if name in raw and (not isinstance(raw[name], kind) or isinstance(raw[name], bool)):
            raise ValueError(f"{name} has the wrong type")
    if "text" not in raw:
        raise ValueError("text is missing")
    labels = _labels(raw.get("labels"))
    example = Example(**{**raw, "labels": labels})
    if not (0 < example.probability <= 1 and 0 <= example.weight < float("inf")):
        raise ValueError("probability must be above 0 and at most 1, weight 0 or more")
    return example


def read(path: Path) -> Iterator[Example]:
    """Yield the examples of a file; empty lines are skipped. Raises ValueError with the line number."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield from_line(line)
                except ValueError as reason:
                    raise ValueError(f"{path}, line {number}: {reason}") from reason


def _labels(raw: Any) -> dict[str, float]:
    if not isinstance(raw, dict) or not raw:
        raise ValueError("labels must be an object with at least one label")
    for label, value in raw.items():
        if label not in LABELS:
            raise ValueError(f"unknown label {label}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ValueError(f"{label} must be a number from 0 to 1")
    return {label: float(value) for label, value in raw.items()}
