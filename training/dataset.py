"""Read labelled comments from CSV or JSON Lines (also gzipped), and know their near-duplicates.

Everything becomes `models.example.Example`: a text, the labels that a person judged, and a source.
Nothing is cleaned here; that is the normaliser's work. How bytes become rows is `training/table.py`.
"""

import hashlib
import html
import string
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.example import Example, from_line
from models.labels import LABELS
from training import table

# Columns of public data sets, by our names. A column that has our own name needs no entry.
COLUMNS = {
    "toxic": "toxicity",
    "severe_toxic": "severe_toxicity",
    "obscene": "profanity",
    "identity_hate": "identity_attack",
}
KEPT = string.ascii_letters + string.digits
DROPPED = bytes(set(range(256)) - set(KEPT.encode()))
LOWER = bytes(range(256)).lower()
SHORTEST_KEY, KEY_END = 12, 60  # letters; as in SOURCES.md, so that both speak of the same duplicates
PREFIX = 8  # bytes of a key's SHA-256: 64 bits, a chance of 1 in 10^8 that a million keys collide at all


def load(path: Path, *, label: str = "toxicity") -> list[Example]:
    """Read one file whole; see `stream`."""
    return list(stream(path, label=label))


def stream(path: Path, *, label: str = "toxicity") -> Iterator[Example]:
    """Yield the examples of one file; `label` is what a column called `toxic` means.

    Raises ValueError, one sentence with the line, for whatever cannot be read.
    """
    plain = path.name.removesuffix(".gz")
    if not plain.endswith((".csv", ".tsv", ".jsonl")):
        raise ValueError(f"{path} is neither .csv, .csv.gz nor .jsonl")
    with table.opened(path) as (lines, name):
        if plain.endswith(".jsonl"):
            yield from _from_lines(lines, name)
        else:
            for line, values in table.records(lines, name):
                yield _example(values, label, path, f"{name}, line {line}")


def sha256(path: Path) -> str:
    """Return the checksum by which a manifest names a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def keys(text: str) -> list[bytes]:
    """Return the keys under which near-duplicates meet: all letters, the first and the last sixty."""
    plain = html.unescape(text)
    if not plain.isascii():
        plain = plain.lower()  # first, since some other letters have an ASCII one in lower case
    letters = plain.encode("ascii", "ignore").translate(LOWER, DROPPED)
    if len(letters) < SHORTEST_KEY:
        return [b"=" + text.encode("utf-8", "surrogatepass")]
    if len(letters) < KEY_END:
        return [letters]
    return [letters, b"<" + letters[:KEY_END], b">" + letters[-KEY_END:]]


def prefixes(texts: Iterable[str]) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """Return, for every key that decides, the number of its text (ascending) and its hash's prefix."""
    found, counts, digest = bytearray(), bytearray(), hashlib.sha256
    for text in texts:
        own = keys(text)[-2:]  # long texts with all letters in common also share the first sixty
        counts.append(len(own))
        for key in own:
            found += digest(key).digest()[:PREFIX]
    rows = np.repeat(np.arange(len(counts)), np.frombuffer(counts, np.uint8))
    return rows, np.frombuffer(found, ">u8").astype(np.uint64)


def groups(texts: Iterable[str]) -> list[int]:
    """Return one number a text; texts that share a key, also through others, share the number."""
    rows, hashed = prefixes(texts)
    order = np.argsort(hashed)
    rows_by_key, hashed = rows[order], hashed[order]
    same = np.flatnonzero(hashed[1:] == hashed[:-1])
    parent = list(range(int(rows[-1]) + 1 if len(rows) else 0))
    for one, other in zip(rows_by_key[same].tolist(), rows_by_key[same + 1].tolist(), strict=True):
        known, mine = _root(parent, one), _root(parent, other)
        parent[max(known, mine)] = min(known, mine)
    for row, older in enumerate(parent):  # never younger than its row, so its own root is known by now
        parent[row] = parent[older]
    return parent


def _root(parent: list[int], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


def _from_lines(lines: Iterable[str], name: str) -> Iterator[Example]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield from_line(line)
            except (ValueError, RecursionError) as reason:
                raise ValueError(f"{name}, line {number}: {reason}") from reason


def _example(values: dict[str, str], label: str, path: Path, place: str) -> Example:
    labels: dict[str, float] = {}
    for column, value in values.items():
        if value:  # most columns are empty in most rows
            name = label if column == "toxic" else COLUMNS.get(column, column)
            if name in LABELS:
                labels[name] = _share(value, f"{place}: {column}")
    return Example(
        text=values["text"],
        labels=labels,
        source=values.get("source") or path.name.split(".")[0],
        author=values.get("author") or "",
        thread=values.get("thread") or values.get("split") or "",  # one video's comments are one thread
    )


def _share(value: str, what: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise ValueError(f"{what} is {' '.join(value.split())[:40]}, not between 0 and 1")
    return share
