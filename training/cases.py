"""Read the behaviour suite: sentences of our own in groups, each asking one thing of a classifier.

The sentences lie in behaviour_cases/*.toml, which contain offensive language: one cannot examine
without it. None is from a published suite or data set. Nothing that trains may read them.

A line is one case, or as many as its group's `each` says: {people}, {one}, ... take the next entries
of the list of that name in terms.toml, {other people} an entry half the list away, {PEOPLE} the
entry in capitals. A line with ` => ` is a pair. The order is the files' and never random.
"""

import itertools
import re
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent / "behaviour_cases"
FILES = (
    "hateful",
    "lookalikes",
    "wording",
    "identities",
    "persons",
    "courtesy",
    "spam",
    "labels",
    "explicit",
    "robustness",
    "same",
    "higher",
)
PLACE = re.compile(r"\{(other )?(\w+)\}")

# yes / no: the label applies or not; CheckList (Ribeiro et al. 2020) calls both a minimum functionality
# test. same: an invariance. higher: a directional expectation, the second text is the worse one.
Kind = Literal["yes", "no", "same", "higher"]
Terms = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that ask the same question: one text each, or two for `same` and `higher`.

    tolerance: by how much two probabilities of `same` may differ.
    """

    name: str
    asks: str
    family: str
    kind: Kind
    cases: tuple[tuple[str, ...], ...]
    label: str = "toxicity"
    tolerance: float = 0.0


@cache
def suite() -> tuple[Group, ...]:
    """Return all groups, in the order of the files."""
    terms = _read("terms")
    tables = (_read(name) for name in FILES)
    return tuple(_group(name, table, terms) for group in tables for name, table in group.items())


def templates() -> list[tuple[str, bool, str]]:
    """Return (text, is toxic, term): every kind and every cruel frame with every term."""
    table = _read("templates")
    frames = [
        (frame, is_toxic) for is_toxic in (False, True) for frame in table["cruel" if is_toxic else "kind"]
    ]
    return [
        (_capital(frame.replace("{term}", term)), is_toxic, term)
        for (frame, is_toxic), term in itertools.product(frames, table["terms"])
    ]


def expand(lines: Sequence[str], terms: Terms, *, each: int, start: int) -> Iterator[tuple[str, ...]]:
    """Yield the cases of some lines; start: the entry of every list with which the first line begins.

    Each list is walked on from line to line by itself, so that all its entries get their turn.
    """
    turns = dict.fromkeys(terms, start)
    for line in lines:
        used = {place[2].lower() for place in PLACE.finditer(line)}
        for _ in range(each if used else 1):
            yield tuple(_filled(frame, terms, turns) for frame in line.split(" => "))
            turns.update({name: turns[name] + 1 for name in used})


def _group(name: str, table: Mapping[str, Any], terms: Terms) -> Group:
    told = {key: value for key, value in table.items() if key not in {"cases", "each"}}
    # Every group begins elsewhere in the lists, and a group that changes leaves the others as they are.
    start = zlib.crc32(name.encode())
    cases = tuple(expand(table["cases"].strip().splitlines(), terms, each=table.get("each", 1), start=start))
    return Group(name=name, cases=cases, **told)


def _filled(frame: str, terms: Terms, turns: Mapping[str, int]) -> str:
    def term(place: re.Match[str]) -> str:
        name = place[2].lower()
        entries = terms[name]
        chosen = entries[(turns[name] + (len(entries) // 2 if place[1] else 0)) % len(entries)]
        begins = place.start() == 0 or frame[: place.start()].endswith((". ", "! ", "? "))
        return chosen.upper() if place[2].isupper() else _capital(chosen) if begins else chosen

    return PLACE.sub(term, frame)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
