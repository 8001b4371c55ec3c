"""The one normaliser: undo what hides a word, and remember where every character came from.

Features, word lists and highlights all read this text and nothing else. Positions are code points
of the original. The raw text is what people are shown; this one is only for machines.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.lookalikes import FOLD, JOINERS, is_trick

Array = NDArray[np.int32]

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
BLANKS = str.maketrans("\t\n\r\x0b\x0c", " " * 5)
# Single letters with the same separator between them: "i d i o t", "i.d.i.o.t", "i - d - i - o - t".
SPACED = re.compile(
    r"(?<![a-z0-9@$'])[a-z01345@$]([ .,_\-*~|/\\+:]{1,3})[a-z01345@$](?:\1[a-z01345@$](?![a-z0-9]))+"
)
LEET_ANY = re.compile(r"[0-9@$!]")  # one character class is ten times as fast to search as LEET_PAIR
LEET_PAIR = re.compile(r"[a-z][013457@$!9][a-z013457@$!9]|[013457@$][a-z]|[a-z][@$]")
LEET_WORD = re.compile(r"[a-z0-9@$!]+")
LEET_INSIDE = re.compile(r"[a-z][013457@$!9]{1,3}[a-z]")
LEET_AHEAD = re.compile(r"(?:[013457$]{1,2}[a-z]{3}|@ss|\$h)")
LEET_BEHIND = re.compile(r"[a-z][$@]{1,2}$")
LEET = str.maketrans("013457@$!9", "oieastasig")
RUN = re.compile(r"([a-z])\1{2,}| {2,}|([^a-z0-9 ])\2{3,}")
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


def normalise(text: str) -> Normalised:
    """Fold, unhide and squeeze `text`. Takes any string, in time linear in its length."""
    offsets = np.arange(len(text) + 1, dtype=np.int32)
    repairs = 0
    if "&" in text:
        text, offsets = _without_entities(text, offsets)
    if text.isascii() and not CONTROL.search(text):
        text = text.lower().translate(BLANKS)
    else:
        text, offsets, repairs = _folded(text, offsets)
    text, offsets, joined = _joined(text, offsets)
    text, swapped = _unleeted(text)
    text, offsets, squeezed = _squeezed(text, offsets)
    return Normalised(text, offsets, repairs + joined + swapped + squeezed)


def tokens(text: str) -> list[Token]:
    """Return the words of `text`, normalised, with their places in the original."""
    clean = normalise(text)
    return [
        Token(match.group(), *clean.span(match.start(), match.end())) for match in WORD.finditer(clean.text)
    ]


def _without_entities(text: str, offsets: Array) -> tuple[str, Array]:
    pieces: list[str] = []
    places: list[Array] = []
    at = 0
    for match in ENTITY.finditer(text):
        plain = html.unescape(match.group())
        if plain == match.group():
            continue
        pieces += [text[at : match.start()], plain]
        places += [offsets[at : match.start()], np.repeat(offsets[match.start()], len(plain))]
        at = match.end()
    return "".join([*pieces, text[at:]]), np.concatenate([*places, offsets[at:]])


def _folded(text: str, offsets: Array) -> tuple[str, Array, int]:
    pieces = [FOLD[char] for char in text]
    lengths = np.fromiter(map(len, pieces), np.intp, len(pieces))
    odd = {char: is_trick(char) for char in set(text) if not char.isascii()}
    repairs = sum(odd.get(char, False) for char in text) if any(odd.values()) else 0
    marks = lengths == 0
    piled = int(np.count_nonzero(marks[1:] & marks[:-1])) if JOINERS.isdisjoint(text) else 0
    return "".join(pieces), np.append(np.repeat(offsets[:-1], lengths), offsets[-1:]), repairs + piled


def _joined(text: str, offsets: Array) -> tuple[str, Array, int]:
    cuts: list[tuple[int, int]] = []
    found = 0
    for match in SPACED.finditer(text):
        separator = len(match.group(1))
        letters = match.group()[:: separator + 1]
        if sum(map(str.isalpha, letters)) > 1:  # else it is a list of numbers
            found += 1
            starts = range(match.start() + 1, match.end() - 1, separator + 1)
            cuts += [(start, start + separator) for start in starts]
    return *_cut(text, offsets, cuts), found


def _unleeted(text: str) -> tuple[str, int]:
    if not LEET_ANY.search(text) or not LEET_PAIR.search(text):
        return text, 0
    changed = 0
    pieces: list[str] = []
    at = 0
    for match in LEET_WORD.finditer(text):
        word = match.group()
        if word.isalpha() or not _is_leet(word, following=text[match.end() : match.end() + 1]):
            continue
        bare = word.rstrip("!")
        pieces += [text[at : match.start()], bare.translate(LEET), word[len(bare) :]]
        at = match.end()
        changed += 1
    return "".join([*pieces, text[at:]]), changed


def _is_leet(word: str, *, following: str) -> bool:
    """Judge a word with digits in it: "1d10t" is leet; "2nd", "mp3", "1990s", "me@site.com" are not."""
    if "@" in word[1:] and following == ".":
        return False
    return bool(LEET_INSIDE.search(word) or LEET_AHEAD.match(word) or LEET_BEHIND.search(word))


def _squeezed(text: str, offsets: Array) -> tuple[str, Array, int]:
    if "  " not in text and not _has_triple(text):
        return text, offsets, 0
    cuts: list[tuple[int, int]] = []
    stretched = 0
    for match in RUN.finditer(text):
        char = text[match.start()]
        keep = 3 if match.group(2) else 2 if char in DOUBLED else 1
        stretched += match.group(1) is not None
        cuts.append((match.start() + keep, match.end()))
    return *_cut(text, offsets, cuts), stretched


def _has_triple(text: str) -> bool:
    """Say whether three equal characters stand together; three times as fast as a back-reference."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return bool(np.any((codes[2:] == codes[1:-1]) & (codes[1:-1] == codes[:-2])))


def _cut(text: str, offsets: Array, cuts: Iterable[tuple[int, int]]) -> tuple[str, Array]:
    pieces: list[str] = []
    places: list[Array] = []
    at = 0
    for begin, end in cuts:
        pieces.append(text[at:begin])
        places.append(offsets[at:begin])
        at = end
    if not pieces:
        return text, offsets
    return "".join([*pieces, text[at:]]), np.concatenate([*places, offsets[at:]])
