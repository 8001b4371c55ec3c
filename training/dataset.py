"""Read labelled comments from CSV (also gzipped), from JSON Lines, or from the folder of big data.

Everything becomes `models.example.Example`: a text, the labels that a person judged, and a source.
Nothing is cleaned here; that is the normaliser's work. Near-duplicates share a group.
"""

import csv
import gzip
import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from models.example import Example, read
from models.labels import LABELS

csv.field_size_limit(10_000_000)  # bytes; some comments are longer than Python's default of 131,072

# Columns of public data sets, by our names. A column that has our own name needs no entry.
COLUMNS = {
    "toxic": "toxicity",
    "severe_toxic": "severe_toxicity",
    "obscene": "profanity",
    "identity_hate": "identity_attack",
}
NOT_LETTERS = re.compile(r"[^a-z0-9]+")
SHORTEST_KEY, KEY_END = 12, 60  # letters; as in SOURCES.md, so that both speak of the same duplicates


def load(path: Path, *, label: str = "toxicity") -> list[Example]:
    """Read one file; `label` is what a column called `toxic` means. Raises ValueError with the line."""
    if not path.is_file():
        raise ValueError(f"{path} is not a file")
    if path.name.endswith((".csv", ".csv.gz")):
        return list(_from_csv(path, label))
    if path.name.endswith(".jsonl"):
        return list(read(path))
    raise ValueError(f"{path} is neither .csv, .csv.gz nor .jsonl")


def sha256(path: Path) -> str:
    """Return the checksum by which a manifest names a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def keys(text: str) -> list[str]:
    """Return the keys under which near-duplicates meet: all letters, the first and the last sixty."""
    plain = NOT_LETTERS.sub("", html.unescape(text).lower())
    if len(plain) < SHORTEST_KEY:
        return [f"={text}"]
    if len(plain) < KEY_END:
        return [plain]
    return [plain, "<" + plain[:KEY_END], ">" + plain[-KEY_END:]]


def groups(texts: Iterable[str]) -> list[int]:
    """Return one number a text; texts that share a key, also through others, share the number."""
    parent: list[int] = []
    first: dict[str, int] = {}
    for row, text in enumerate(texts):
        parent.append(row)
        for key in keys(text):
            known = _root(parent, first.setdefault(key, row))
            mine = _root(parent, row)
            parent[max(known, mine)] = min(known, mine)
    return [_root(parent, row) for row in range(len(parent))]


def _root(parent: list[int], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


def _from_csv(path: Path, label: str) -> Iterator[Example]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as lines:
        reader = csv.DictReader(lines)
        if "text" not in (reader.fieldnames or ()):
            raise ValueError(f"{path} has no column called text")
        for row in reader:
            try:
                yield _example(row, label, path)
            except (TypeError, ValueError) as reason:
                raise ValueError(f"{path}, line {reader.line_num}: {reason}") from reason


def _example(row: Mapping[str, str | None], label: str, path: Path) -> Example:
    labels: dict[str, float] = {}
    for column, value in row.items():
        name = label if column == "toxic" else COLUMNS.get(column, column)
        if name in LABELS and value not in (None, ""):
            labels[name] = float(value or 0)
            if not 0 <= labels[name] <= 1:
                raise ValueError(f"{column} is {value}, not between 0 and 1")
    text = row["text"]
    if text is None:
        raise ValueError("the text is missing")
    return Example(
        text=text,
        labels=labels,
        source=row.get("source") or path.name.split(".")[0],
        author=row.get("author") or "",
        thread=row.get("thread") or row.get("split") or "",  # one video's comments are one thread
    )
