"""Read one language's sentences: what kinds there are, their frames, and the terms that fill them.

A folder per language, no code per language: `kinds.toml` (shares, labels, repairs), `terms/*.txt` and
`frames/<kind>.txt`. A frame is one line; `{slot}` takes a term, `[a|b|]` stands for one of its choices.
Everything that does not fit together is refused here, with the file and the line.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from models.labels import LABELS

HERE = Path(__file__).parent
CHOICE = re.compile(r"\[([^][]*)\]")
SLOT = re.compile(r"\{([a-z_]+)\}")
MISSING = "-"  # a form that a term does not have

Variant = tuple[str, ...]  # literals at even places, slots at odd ones
Frame = tuple[Variant, ...]  # the ways in which its choices can be made


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of sentence. share: parts of the whole; labels: what is known about all of them."""

    name: str
    is_toxic: bool
    share: float
    labels: dict[str, float]
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """One list: the names of its forms, and one row a term, with a value for each form."""

    forms: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Language:
    """All there is to write sentences in one language; repairs: pattern and replacement, in order."""

    kinds: tuple[Kind, ...]
    terms: dict[str, Terms]
    repairs: tuple[tuple[re.Pattern[str], str], ...]

    def slots(self) -> dict[str, tuple[str, int]]:
        """Return for each slot the list it draws from and the place of its form."""
        return {form: (name, at) for name, terms in self.terms.items() for at, form in enumerate(terms.forms)}


@cache
def read(code: str) -> Language:
    """Return the sentences of a language, read once. Raises ValueError if there are none."""
    if not (HERE / code / "kinds.toml").is_file():
        raise ValueError(f"there are no sentences in the language {code}")
    return load(HERE / code)


def load(folder: Path) -> Language:
    """Read a folder. Raises ValueError that says what does not fit together."""
    table = tomllib.loads((folder / "kinds.toml").read_text("utf-8"))
    terms = {path.stem: _terms(path) for path in sorted((folder / "terms").glob("*.txt"))}
    known = {form for found in terms.values() for form in found.forms}
    for name, found in terms.items():
        for row in found.rows:
            _check(" ".join(row), known, f"terms/{name}.txt")
    kinds = [
        _kind(folder, name, entry, known, is_toxic=side == "toxic")
        for side in ("toxic", "kind")
        for name, entry in table[side].items()
    ]
    repairs = tuple((re.compile(pattern), new) for pattern, new in table.get("repairs", {}).items())
    return Language(tuple(kinds), terms, repairs)


def frame(line: str) -> Frame:
    """Return all ways to make the choices of a line, cut at its slots."""
    parts = [part.split("|") if at % 2 else [part] for at, part in enumerate(CHOICE.split(line))]
    texts = dict.fromkeys(" ".join("".join(chosen).split()) for chosen in product(*parts))
    return tuple(cut(text) for text in texts)


@cache
def cut(text: str) -> Variant:
    """Return the pieces of a text: literals at even places, slots at odd ones."""
    return tuple(SLOT.split(text))


def _kind(folder: Path, name: str, entry: dict[str, float], known: set[str], *, is_toxic: bool) -> Kind:
    file = f"frames/{name}.txt"
    lines = _lines(folder / file)
    for line in lines:
        _check(line, known, file)
    labels: dict[str, float] = dict(entry["labels"])  # type: ignore[call-overload]  # TOML is untyped
    if unknown := sorted(set(labels) - set(LABELS)):
        raise ValueError(f"{name} has the unknown label {unknown[0]}")
    return Kind(
        name,
        is_toxic,
        float(entry["share"]),
        {label: float(value) for label, value in labels.items()},
        tuple(frame(line) for line in lines),
    )


def _terms(path: Path) -> Terms:
    head, *lines = _lines(path)
    if not head.startswith("forms: "):
        raise ValueError(f"{path.name} does not begin with its forms")
    forms = tuple(head.removeprefix("forms: ").split(" / "))
    cells = (cell.strip() for line in lines for cell in line.split(" | "))
    rows = [
        tuple(cell.split(" / ")) for cell in cells
    ]  # a term that stands there twice is drawn twice as often
    for row in rows:
        if len(row) != len(forms) or not all(row):
            raise ValueError(f"{path.name}: {' / '.join(row)} has not the forms {' / '.join(forms)}")
    return Terms(forms, tuple(rows))


def _lines(path: Path) -> list[str]:
    kept = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in kept if line and not line.startswith("# ")]


def _check(line: str, known: set[str], file: str) -> None:
    if unknown := [slot for slot in SLOT.findall(line) if slot not in known]:
        raise ValueError(f"{file}: unknown slot {unknown[0]} in: {line}")
    if set("[]{}") & set(SLOT.sub("", CHOICE.sub("", line))):
        raise ValueError(f"{file}: a bracket is left open in: {line}")
