"""Fold one character to the plain letters that a reader sees in it.

Compatibility forms, accents, enclosed and mathematical letters, and Unicode's own table of
confusable characters. What cannot be seen (zero-width, bidi controls, stray marks) folds to nothing.
"""

import re
import unicodedata

from models.confusables import LOOKALIKES

JOINERS = frozenset("\u200d\ufe0e\ufe0f")  # emoji use them: invisible, but no trick
HOLLOW = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters by category, blank on the screen
SQUARED = {0x1F150: 26, 0x1F170: 26}  # negative circled and squared A to Z: no decomposition exists
# Blank on the screen although Unicode files them elsewhere: reserved for what is invisible, a null notehead.
UNSEEN = (0x2065, *range(0xFFF0, 0xFFF9), 0x1D159, *range(0xE0000, 0xE1000))
# Small Greek letters that are drawn otherwise than their capitals, and the lunate sigma.
SMALL = {"\u03b7": "n", "\u00b5": "u", "\u03bc": "u", "\u03f2": "c"}
DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u25cf\u30fb\u318d\uff65"  # bullets, put between letters to part them
FIXED = (
    {chr(first + at): chr(ord("a") + at) for first, count in SQUARED.items() for at in range(count)}
    | SMALL
    | dict.fromkeys(DOTS, ".")
    | dict.fromkeys(map(chr, UNSEEN), "")
    | dict.fromkeys(HOLLOW, "")
)
# A letter that is drawn otherwise says so in its name: small capitals, strokes, hooks.
NAMED = re.compile(r"LATIN (?:LETTER SMALL CAPITAL|(?:SMALL|CAPITAL) LETTER) ([A-Z])(?: WITH .+)?")
HANGUL = range(0xAC00, 0xD7A4)  # decomposing Korean triples its length and gains nothing
LONGEST = 4  # one ligature decomposes to 18 characters: a megabyte of it must stay bounded
PLAIN = {look: plain for plain, looks in LOOKALIKES.items() for look in looks}
REMEMBERED = 20_000  # characters; a text with all of Unicode must not fill the memory


class Folding(dict[str, str]):
    """A table that learns a character when it first meets it."""

    def __missing__(self, char: str) -> str:
        """Fold `char`, and remember the answer while there is room."""
        folded = _fold(char)
        if len(self) < REMEMBERED:
            self[char] = folded
        return folded


FOLD = Folding()


def is_trick(char: str) -> bool:
    """Say whether a character that folds to something else is one that honest writers do not need."""
    if char.isascii() or char in JOINERS:
        return False
    category = unicodedata.category(char)
    if category in {"Cf", "Cc", "Co", "Cs"} or FIXED.get(char) == "":
        return True
    folded = FOLD[char]
    decomposed = unicodedata.normalize("NFD", char)[0].casefold()
    return folded.isascii() and folded.isalnum() and decomposed != folded and category != "No"


def _fold(char: str) -> str:
    if ord(char) in HANGUL:
        return char
    if char.isspace():
        return " "
    if char in FIXED:
        return FIXED[char]
    if unicodedata.category(char) in {"Cf", "Cc", "Cs", "Mn", "Me"}:
        return ""
    if char.isascii():
        return char.lower()
    parts = [part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) != "Mn"]
    return "".join(_plain(part) for part in parts[:LONGEST])


def _plain(char: str) -> str:
    if char.isascii():
        return char.lower()
    lower = char.casefold()
    named = NAMED.fullmatch(unicodedata.name(char, ""))
    # Unicode's table is strict: a small \u043a or \u0442 is only listed as its capital.
    look = PLAIN.get(char) or PLAIN.get(lower) or PLAIN.get(char.upper())
    return look or (named[1].lower() if named else lower)
