"""Copies of examples with slips of the keyboard, so that a misspelt word is read as the word.

Kind and cruel texts slip alike: a slip itself must tell nothing. The slips are few and plain; the
examination's disguises (`training.disguises`) are richer, and nothing here may know them.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from models.example import Example

WORD = re.compile(r"[^\W\d_]{4,}")  # shorter words lose what they are when a letter goes
LONGEST = 200  # characters: in a long text a few slips teach nothing that a short one does not
EVERY = 0.35  # share of words that slip
PREFIX = "slips/"  # of the source of a copy
WEIGHT = 0.5  # of a copy, as a part of its original's
# Share of examples that are copied, by whether they are toxic: there are six times as many that are not.
SHARES = {True: 0.5, False: 0.15}
EVEN = {True: 0.4, False: 0.4}  # where an unsure answer is a yes and a no, which must not be told apart

Slip = Callable[[str, int], str]


def _swapped(word: str, at: int) -> str:
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _dropped(word: str, at: int) -> str:
    return word[:at] + word[at + 1 :]


def _doubled(word: str, at: int) -> str:
    return word[:at] + word[at] + word[at:]


SLIPS: tuple[Slip, ...] = (_swapped, _dropped, _doubled)


def copies(examples: Sequence[Example], *, seed: int, shares: Mapping[bool, float] = SHARES) -> list[Example]:
    """Return misspelt copies of some examples that have a toxicity; the same seed gives the same."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    return [
        replace(
            example,
            text=misspelt(example.text, rng),
            labels={"toxicity": example.labels["toxicity"]},  # word lists do not know misspelt words
            weight=example.weight * WEIGHT,
            source=PREFIX + example.source,
        )
        for example in examples
        if "toxicity" in example.labels
        and len(example.text) <= LONGEST
        and rng.random() < shares[example.labels["toxicity"] >= 0.5]
    ]


def misspelt(text: str, rng: random.Random) -> str:
    """Let about a third of the words slip, inside and never at the first letter."""

    def slip(match: re.Match[str]) -> str:
        word = match.group()
        if rng.random() >= EVERY:
            return word
        return rng.choice(SLIPS)(word, rng.randrange(1, len(word) - 1))

    return WORD.sub(slip, text)
