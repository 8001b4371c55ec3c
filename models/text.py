"""The one normaliser: undo what hides a word, and remember where every character came from.

Features, word lists and highlights all read this text and nothing else. STAGES is the normaliser,
read from top to bottom; each stage says what it would replace, and nothing else touches a text.
`simplify` gives the same text without the places, and lets an ordinary one past all stages.
Positions are code points of the original. The raw text is what people are shown; this one is only
for machines.
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.lookalikes import FOLD, JOINERS, is_trick

Array = NDArray[np.int32]

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
ODD = re.compile(r"[^\t-\r -~]")  # not printable ASCII and not an ASCII blank
BLANKS = re.compile(r"[\t-\r][ \t-\r]*| [ \t-\r]+|^ | \Z")
# Single letters with the same separator between them: "i d i o t", "i.d.i.o.t", "i - d - i - o - t"; or
# five at least with any: "i.d-i o_t".
SPACED = re.compile(
    r"(?<![a-z0-9@$'])[a-z01345@$](?:([ .,_\-*~|/\\+:=^]{1,3})[a-z01345@$](?:\1[a-z01345@$](?![a-z0-9]))+"
    r"|(?:[ .,_\-*~|/\\+:=^]{1,3}[a-z01345@$](?![a-z0-9])){4,})"
)
SEPARATOR = re.compile(r"[ .,_\-*~|/\\+:=^]+")
LEET_WORD = re.compile(r"[a-z0-9@$!]+")
LEET_INSIDE = re.compile(r"[a-z][013457@$!9]{1,3}[a-z]")
LEET_AHEAD = re.compile(r"(?:[013457$]{1,2}[a-z]{3}|@ss|\$h)")
LEET_BEHIND = re.compile(r"[a-z][$@]{1,2}$")
LEET = str.maketrans("013457@$!9", "oieastasig")
RUN = re.compile(r"([a-z])\1{2,}|([^a-z0-9 ])\2{3,}")
DOUBLED = frozenset("gls")  # "ass", "kill" and their like are written with two
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Normalised:
    """Plain lower-case text, where each character came from, and how much had to be undone.

    offsets: shape (len(text) + 1,), positions in the original; the last one is its length.
    """

    text: str
    offsets: Array
    repairs: int

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return the stretch of the original that normalised characters begin..end came from."""
        first = int(self.offsets[begin])
        return first, max(int(self.offsets[end]), int(self.offsets[end - 1]) + 1, first)


@dataclass(frozen=True, slots=True)
class Token:
    """One normalised word; begin and end are code points of the original, end exclusive."""

    text: str
    begin: int
    end: int


class Simple(NamedTuple):
    """A text as it came, and what `normalise` makes of it, without the places."""

    raw: str
    text: str
    repairs: int


class Edit(NamedTuple):
    """Replace begin..end by `put`, which is at most as long unless it is one character's folding."""

    begin: int
    end: int
    put: str


Edits = list[Edit]


def normalise(text: str) -> Normalised:
    """Fold, unhide and squeeze `text`. Takes any string, in time linear in its length."""
    offsets = np.arange(len(text) + 1, dtype=np.int32)
    repairs = 0
    for stage in STAGES:
        text = text.lower() if stage is _blanks else text  # a folded text is as long in lower case
        edits, undone = stage(text)
        offsets = _moved(offsets, edits)
        text = _applied(text, edits)
        repairs += undone
    return Normalised(text, offsets, repairs)


def simplify(text: str) -> Simple:
    """Return the text and the repairs of `normalise`, several times as fast."""
    raw, repairs = text, 0
    for stage in STAGES:
        if stage is _blanks:
            text = " ".join(text.lower().split())
            continue
        edits, undone = stage(text)
        if edits:
            text = _applied(text, edits)
            repairs += undone
    return Simple(raw, text, repairs)


def tokens(text: str) -> list[Token]:
    """Return the words of `text`, normalised, with their places in the original."""
    clean = normalise(text)
    return [
        Token(match.group(), *clean.span(match.start(), match.end())) for match in WORD.finditer(clean.text)
    ]


def _table(*classes: tuple[str, str], other: str) -> bytes:
    table = bytearray(other.encode() * 256)
    for members, shape in classes:
        for char in members:
            table[ord(char)] = ord(shape)
    return bytes(table)


LETTERS = "abcdefghijklmnopqrstuvwxyz"
CONTROLS = bytes(code for code in range(128) if not 32 <= code < 127 and code not in b"\t\n\r\x0b\x0c")
# What a text must contain, seen through such a glass, for a stage to find anything in it.
LEET_SHAPE = _table((LETTERS, "a"), ("013457@$!9", "0"), other="x")
SPACED_SHAPE = _table((LETTERS + "01345@$", "a"), (" .,_-*~|/\\+:=^", "s"), ("26789'", "d"), other="x")
SPACED_HINT = re.compile(rb"sas{1,3}a[sx]")


def _entities(text: str) -> tuple[Edits, int]:
    if "&" not in text:
        return [], 0
    found = [
        Edit(match.start(), match.end(), html.unescape(match.group())) for match in ENTITY.finditer(text)
    ]
    return [edit for edit in found if edit.put != text[edit.begin : edit.end]], 0


def _folds(text: str) -> tuple[Edits, int]:
    """Fold what is not plain ASCII; a pile of marks counts as a trick, a single accent does not."""
    if text.isascii() and len(raw := text.encode()) == len(raw.translate(None, CONTROLS)):
        return [], 0
    edits = [Edit(match.start(), match.end(), FOLD[match.group()]) for match in ODD.finditer(text)]
    odd = {char: is_trick(char) for char in {text[edit.begin] for edit in edits}}
    repairs = sum(odd[text[edit.begin]] for edit in edits)
    if JOINERS.isdisjoint(odd):
        gone = [edit.begin for edit in edits if not edit.put]
        repairs += sum(after - before == 1 for before, after in pairwise(gone))
    return edits, repairs


def _blanks(text: str) -> tuple[Edits, int]:
    """Leave one blank between words and none at the ends."""
    return [
        Edit(*match.span(), "" if match.start() == 0 or match.end() == len(text) else " ")
        for match in BLANKS.finditer(text)
    ], 0


def _joins(text: str) -> tuple[Edits, int]:
    if not SPACED_HINT.search(b"s%bs" % _bytes(text).translate(SPACED_SHAPE)):
        return [], 0
    edits: Edits = []
    found = 0
    for match in SPACED.finditer(text):
        if sum(map(str.isalpha, match.group())) > 1:  # else it is a list of numbers
            found += 1
            gaps = SEPARATOR.finditer(text, match.start(), match.end())
            edits += [Edit(gap.start(), gap.end(), "") for gap in gaps]
    return edits, found


def _leets(text: str) -> tuple[Edits, int]:
    if "$" not in text and "@" not in text and b"0a" not in _bytes(text).translate(LEET_SHAPE):
        return [], 0
    edits: Edits = []
    for match in LEET_WORD.finditer(text):
        word = match.group()
        if not word.isalpha() and _is_leet(word, following=text[match.end() : match.end() + 1]):
            bare = word.rstrip("!")
            edits.append(Edit(match.start(), match.start() + len(bare), bare.translate(LEET)))
    return edits, len(edits)


def _is_leet(word: str, *, following: str) -> bool:
    """Judge a word with digits in it: "1d10t" is leet; "2nd", "mp3", "1990s", "me@site.com" are not."""
    if "@" in word[1:] and following == ".":
        return False
    return bool(LEET_INSIDE.search(word) or LEET_AHEAD.match(word) or LEET_BEHIND.search(word))


def _runs(text: str) -> tuple[Edits, int]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    same = codes[1:] == codes[:-1]
    if not (same[1:] & same[:-1]).any():  # three times as fast as a back-reference
        return [], 0
    edits: Edits = []
    stretched = 0
    for match in RUN.finditer(text):
        keep = 3 if match.group(2) else 2 if match.group(1) in DOUBLED else 1
        stretched += match.group(1) is not None
        edits.append(Edit(match.start() + keep, match.end(), ""))
    return edits, stretched


STAGES: tuple[Callable[[str], tuple[Edits, int]], ...] = (_entities, _folds, _blanks, _joins, _leets, _runs)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _applied(text: str, edits: Sequence[Edit]) -> str:
    if not edits:
        return text
    pieces: list[str] = []
    at = 0
    for begin, end, put in edits:
        pieces += [text[at:begin], put]
        at = end
    return "".join([*pieces, text[at:]])


def _moved(offsets: Array, edits: Sequence[Edit]) -> Array:
    """Return the places of the edited text: what is put in comes from where it was put."""
    if not edits:
        return offsets
    lengths = np.ones(len(offsets), np.intp)
    for begin, end, put in edits:
        kept = min(len(put), end - begin)
        lengths[begin + kept : end] = 0
        if len(put) > kept:
            lengths[begin] += len(put) - kept
    return np.repeat(offsets, lengths)
