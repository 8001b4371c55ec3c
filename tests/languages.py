"""Measure the language detector: `python -m tests.languages [FILE.csv.gz …]`.

Without a file: our own sentences, tests/languages.tsv (language, tab, text; "und" marks slang, names,
code and the like, which must not be taken for another language). Files are English comments, with a
column `text`; no text of theirs is kept or printed.
"""

import csv
import gzip
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from moderation.actions.language import UNKNOWN, detect, load

TABLE = Path(__file__).with_suffix(".tsv")
BANDS = ((3, "1-3 words"), (8, "4-8"), (20, "9-20"))
LEARNT = frozenset({"en"})  # of the shipped model


def sentences() -> list[tuple[str, str]]:
    """Return (language, text) of our own table."""
    rows = (line.split("\t", 1) for line in TABLE.read_text().splitlines())
    return [(language, text) for language, text in rows]


def band(text: str) -> str:
    """Name a text's length; two characters count as a word where there are no spaces."""
    unspaced = sum("\u3040" <= char <= "\u9fff" for char in text)
    words = max(len(text.split()), unspaced // 2)
    return next((name for limit, name in BANDS if words <= limit), "21 and more")


def rates(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for each length: texts, taken for a language not learnt, named rightly, time."""
    seen, held, named = Counter[str](), Counter[str](), Counter[str]()
    began = time.perf_counter()
    for language, text in rows:
        found, length = detect(text, expected=LEARNT), band(text)
        seen[length] += 1
        held[length] += found not in LEARNT | {UNKNOWN}
        named[length] += found == language
    for length, count in sorted(seen.items()):
        share, right = held[length] / count, named[length] / count
        yield f"  {length:12}{count:7} texts, {held[length]:5} held ({share:.3%}), {right:.1%} named"
    total, took_s = seen.total(), time.perf_counter() - began
    share, each_us = held.total() / total, took_s / total * 1e6
    yield f"  {'all':12}{total:7} texts, {held.total():5} held ({share:.3%}), {each_us:.0f} µs each"


def _english(path: str) -> Iterator[tuple[str, str]]:
    csv.field_size_limit(1 << 30)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield "en", row["text"]


def main(paths: list[str]) -> None:
    """Print the tables."""
    load()
    own = sentences()
    groups = {
        "other languages": [row for row in own if row[0] not in LEARNT | {UNKNOWN}],
        "slang, names, code": [row for row in own if row[0] in LEARNT | {UNKNOWN}],
    }
    for name, rows in (groups | {Path(path).name: _english(path) for path in paths}).items():
        sys.stdout.write("\n".join([name, *rates(rows), ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
