"""Disguise one word, in every way we have seen writers do it: word and seeded generator in, word out.

Only examinations may use this: the tables are this module's own, drawn from Unicode's charts and from
what people type, not from `models/`, so that a normaliser or a recipe that learns a list by heart gains
little. Unknown to `models.text` when this was last counted: 48 of 132 HOMOGLYPHS, 68 of 76 STYLISED, 35 of 46
LEET, 3 of 9 BULLETS, 1 of 5 ALPHABETS; all of CYRILLIC, UNSEEN, MARKS and BIDI are known.
A test keeps the first three above a third, another keeps training away from this file.
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

Disguise = Callable[[str, random.Random], str]

# One letter as another script, the phonetic alphabet or a stroked form draws it: hard to tell at a glance.
HOMOGLYPHS = {
    "a": "\u0430\u0251\u1d00\u028c\u0571\u0250", "b": "\u042c\u0299\u0432\u03b2\u048d",
    "c": "\u0441\u1d04\u03f2\u03c2\u037c\u0254\u04ab", "d": "\u0501\u1d05\u0111\u056a",
    "e": "\u0435\u04bd\u0454\u1d07\u0259\u044d", "f": "\ua799\u0192\u0493\ua730\u0284",
    "g": "\u0261\u0581\u0262\u01e5\u0563", "h": "\u04bb\u029c\u0127\u045b\u04a3\u0452\u04a5",
    "i": "\u0456\u03b9\u0268\u0575\u027f", "j": "\u0458\u029d\u0249",
    "k": "\u13e6\u043a\u1d0b\u0199\u049b\u029e\u049d", "l": "\u217c\u029f\u0142",
    "m": "\u217f\u043c\u1d0d\u0271\u028d", "n": "\u0578\u0274\u03b7\u043f\u0438\u014b\u0572",
    "o": "\u043e\u03bf\u0585\u00f8\u0275\u04e9", "p": "\u0440\u03c1\u1d18\u00fe", "q": "\u0566\u024b",
    "r": "\u0433\u0280\u027e\u044f\u0453\u0279", "s": "\u0455\ua731\u0282\u01a8\u0283",
    "t": "\u13a2\u0442\u1d1b\u03c4\u04ad\u0287\u04b5", "u": "\u03c5\u057d\u1d1c\u00b5\u0289\u0446\u028a",
    "v": "\u03bd\u0475\u2c71", "w": "\u051d\u0561\u03c9\u0448", "x": "\u0445\u2179\u03c7\u0436",
    "y": "\u0443\u03b3\u0447\u04b1\u0263\u028e", "z": "\u1d22\u0290\u01b6",
}  # fmt: skip
# The same as strangers to the alphabet draw it: "fancy text" generators, Chinese, Thai, Georgian, currency.
STYLISED = {
    "a": "\u0e04\u13af\u2206", "b": "\u00df\u044a\u0e52", "c": "\u00a2\u2282\u531a",
    "d": "\u10eb\u2202\u0e54", "e": "\u03be\u4e47\u20ac", "f": "\u5343\u0167\u03dd",
    "g": "\u13b6\u0e2e\u13c0", "h": "\u043d\u0452\u5344", "i": "\u00a1\u0e40\u4e28",
    "j": "\uff8c\u06b6", "k": "\u049d\u03ba\u0198", "l": "\u0582\u3125\u221f",
    "m": "\u0e53\u722a\u10dd", "n": "\u51e0\u0e17\u0438", "o": "\u03b8\u25cf\u0e4f",
    "p": "\u5369\u05e7\u01bf", "q": "\u04a9\u1ee3", "r": "\u044f\u5c3a\u00ae",
    "s": "\u00a7\u4e02\u0e23", "t": "\u2020\u4e03\u0167", "u": "\u0446\u0e22\u3129",
    "v": "\u221a\u0e07\u06f7", "w": "\u0e2c\u5c71\u20a9", "x": "\u0436\u4e42\u05d0",
    "y": "\u00a5\u311a\u10e7", "z": "\u4e59\u0292\u0540",
}  # fmt: skip
LEET = {
    "a": ("4", "@", "^", "/\\"), "b": ("8", "6", "|3"), "c": ("(", "<", "{"), "d": ("|)", "cl"),
    "e": ("3", "&"), "f": ("|=", "ph"), "g": ("9", "6"), "h": ("#", "|-|"), "i": ("1", "!", "|"),
    "k": ("|<",), "l": ("1", "|", "\u00a3"), "m": ("|v|", "nn"), "n": ("|\\|",), "o": ("0", "()"),
    "s": ("5", "$", "z"), "t": ("7", "+"), "u": ("v", "|_|", "\u00b5"), "v": ("\\/",), "w": ("vv", "uu"),
    "x": ("><", "%"), "z": ("2",),
}  # fmt: skip
# What anybody finds first, and what a keyboard has.
CYRILLIC = {
    "a": "\u0430", "b": "\u0432", "c": "\u0441", "e": "\u0435", "h": "\u043d", "i": "\u0456", "k": "\u043a",
    "m": "\u043c", "o": "\u043e", "p": "\u0440", "s": "\u0455", "t": "\u0442", "x": "\u0445", "y": "\u0443",
}  # fmt: skip
DIGITS = {
    "a": "4@",
    "b": "8",
    "e": "3",
    "g": "9",
    "i": "1!",
    "l": "1",
    "o": "0",
    "s": "5$",
    "t": "7",
    "u": "v",
}
UNSEEN = (  # drawn as nothing: format characters, fillers, unassigned "default ignorable" ones, a null note
    "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u034f", "\u2063", "\ufe01",
    "\u2065", "\ufff3", "\U0001d159", "\U000e0061", "\U000e0002", "\U000e0101",
)  # fmt: skip
MARKS = tuple(map(chr, (*range(0x300, 0x316), *range(0x31A, 0x340), 0x359, 0x489, 0x20DD, 0x20E0)))
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
OVERRIDE, POP = "\u202e", "\u202c"  # what stands between is drawn from right to left
BULLETS = "\u00b7\u2022\u2024\u02d9'^=~#"
JOINTS = ".-_*\u00b7'~|+,"
ALPHABETS = (  # where A to Z begin as signs: regional, squared, negative squared, negative circled, circled
    0x1F1E6, 0x1F130, 0x1F170, 0x1F150, 0x24B6,
)  # fmt: skip
KEYS = {  # what lies next to a key on a QWERTY keyboard
    "a": "qwsz", "b": "vghn", "c": "xdfv", "d": "serfcx", "e": "wsdr", "f": "drtgvc", "g": "ftyhbv",
    "h": "gyujnb", "i": "ujko", "j": "huikmn", "k": "jiolm", "l": "kop", "m": "njk", "n": "bhjm",
    "o": "iklp", "p": "ol", "q": "wa", "r": "edft", "s": "awedxz", "t": "rfgy", "u": "yhji", "v": "cfgb",
    "w": "qase", "x": "zsdc", "y": "tghu", "z": "asx",
}  # fmt: skip
# Spellings that sound alike. The second list is for words that the first does not change.
SOUNDS = {"you": "u", "ck": "kk", "qu": "kw", "ph": "f", "oo": "u", "er": "a", "f": "ph", "c": "k",
          "s": "z", "x": "ks", "i": "y"}  # fmt: skip
FAINT_SOUNDS = {"ea": "ee", "a": "ah", "e": "eh", "o": "oh", "u": "oo", "k": "c"}
VOWEL = re.compile(r"(?<=.)[aeiou](?=.)", re.IGNORECASE)


def between(marks: Sequence[str]) -> Disguise:
    """Return the disguise that puts one sign, the same each time, between all letters."""
    return lambda word, rng: rng.choice(marks).join(word)


def mixed(marks: Sequence[str]) -> Disguise:
    """Return the disguise that puts a sign, drawn anew for each gap, between all letters."""
    return lambda word, rng: word[:1] + "".join(rng.choice(marks) + char for char in word[1:])


def substituted(table: Mapping[str, Sequence[str]], *, share: float) -> Disguise:
    """Return the disguise that swaps letters for those of a table: a share of them, at least one."""

    def disguise(word: str, rng: random.Random) -> str:
        chosen = _some((at for at, char in enumerate(word) if char.lower() in table), share, rng)
        return "".join(
            rng.choice(table[char.lower()]) if at in chosen else char for at, char in enumerate(word)
        )

    return disguise


def repeated(word: str, rng: random.Random) -> str:
    """Write one or more letters two to five times."""
    chosen = _some((at for at, char in enumerate(word) if char.isalpha()), 0.3, rng)
    return "".join(char * rng.randint(2, 5) if at in chosen else char for at, char in enumerate(word))


def swapped(word: str, rng: random.Random) -> str:
    """Exchange two different neighbours, leaving the first letter where it is if that can be."""
    places = [at for at in range(len(word) - 1) if word[at].lower() != word[at + 1].lower()]
    inside = [at for at in places if at > 0] or places
    if not inside:
        return word
    at = rng.choice(inside)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def deleted(word: str, rng: random.Random) -> str:
    """Leave out one letter, never the first."""
    if len(word) < 2:
        return word
    at = rng.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def inserted(word: str, rng: random.Random) -> str:
    """Put in one letter that is none of its neighbours, never in front."""
    if len(word) < 2:
        return word
    at = rng.randrange(1, len(word))
    strange = sorted(set(KEYS) - set(word[at - 1 : at + 1].lower()))
    return word[:at] + rng.choice(strange) + word[at:]


def mistyped(word: str, rng: random.Random) -> str:
    """Hit the key next to the right one, once, not for the first letter."""
    places = [at for at, char in enumerate(word) if at and char.lower() in KEYS]
    if not places:
        return word
    at = rng.choice(places)
    return word[:at] + rng.choice(KEYS[word[at].lower()]) + word[at + 1 :]


def marked(word: str, rng: random.Random) -> str:
    """Pile one or two combining marks on every letter."""
    return "".join(char + "".join(rng.sample(MARKS, rng.randint(1, 2))) for char in word)


def widened(word: str, rng: random.Random) -> str:
    """Write the full-width forms that East Asian keyboards have (U+FF01 to U+FF5E)."""
    del rng
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in word)


def overridden(word: str, rng: random.Random) -> str:
    """Write it backwards in a right-to-left override: readers see the word, machines its reverse."""
    del rng
    return OVERRIDE + word[::-1] + POP


def escaped(word: str, rng: random.Random) -> str:
    """Write a share of the letters as HTML entities, decimal or hexadecimal, at least one."""
    chosen = _some(range(len(word)), 0.5, rng)
    forms = ("&#{};", "&#x{:x};", "&#{:04};")
    return "".join(
        rng.choice(forms).format(ord(char)) if at in chosen else char for at, char in enumerate(word)
    )


def masked(word: str, rng: random.Random) -> str:
    """Put * for the inner vowels, for one or for all; for any inner letter where there is no vowel."""
    vowels = [match.start() for match in VOWEL.finditer(word)]
    places = vowels or range(1, len(word) - 1)
    chosen = set(vowels) if vowels and rng.random() < 0.5 else set(places and [rng.choice(places)])
    return "".join("*" if at in chosen else char for at, char in enumerate(word))


def enclosed(word: str, rng: random.Random) -> str:
    """Write every letter as an emoji-like sign, drawn from two alphabets."""
    pair = rng.sample(ALPHABETS, 2)
    signs = [
        chr(rng.choice(pair) + ord(char.lower()) - ord("a")) if char.lower() in KEYS else char
        for char in word
    ]
    # Two regional letters side by side would become a flag.
    return ("\u200b" if ALPHABETS[0] in pair else "").join(signs)


def respelt(word: str, rng: random.Random) -> str:
    """Write it by its sound: ph for f, k for c, z for s, u for you."""
    del rng
    for sounds in (SOUNDS, FAINT_SOUNDS):
        found = re.sub("|".join(sounds), lambda match: sounds[match[0].lower()], word, flags=re.IGNORECASE)  # noqa: B023
        if found.lower() != word.lower():
            return found
    return word


def _some(places: Iterable[int], share: float, rng: random.Random) -> set[int]:
    """Return each place with a probability of `share`, and one of them for certain."""
    every = list(places)
    return {at for at in every if rng.random() < share} | set(every and [rng.choice(every)])


DISGUISES: Mapping[str, Disguise] = {
    "dots": between("."),
    "spaces": between(" "),
    "dashes": between("-_"),
    "bullets": between(BULLETS),
    "mixed_separators": mixed(JOINTS),
    "zero_width": mixed(UNSEEN),
    "bidi_controls": mixed(BIDI),
    "bidi_override": overridden,
    "combining_marks": marked,
    "cyrillic": substituted(CYRILLIC, share=0.5),
    "homoglyphs": substituted(HOMOGLYPHS, share=0.5),
    "stylised": substituted(STYLISED, share=1.0),
    "full_width": widened,
    "emoji_letters": enclosed,
    "html_entities": escaped,
    "digits": substituted(DIGITS, share=0.5),
    "leet": substituted(LEET, share=0.5),
    "masked": masked,
    "repeats": repeated,
    "swap": swapped,
    "deletion": deleted,
    "insertion": inserted,
    "neighbour_key": mistyped,
    "respelling": respelt,
}
