"""Comments to measure with: seeded, of a given length, as mixed as those of a newspaper.

Made from the sentences that this repository has of its own, since no data set is ever committed. What a
comment costs depends on how it is written, so a share is not ASCII, has a disguised word or a link.
"""

import random
from collections.abc import Iterator, Sequence
from functools import cache

from tests import corpus
from training import disguises, sentences

FOREIGN, DISGUISED, LINKED = 0.05, 0.05, 0.10  # shares; the sentences bring as many foreign signs again
SIGNS = ("\U0001f44d\U0001f3fd", "\u2764\ufe0f", "caf\u00e9", "\u2026", "\u201cquite\u201d", "it\u2019s")
WAYS = (
    disguises.substituted(disguises.LEET, share=0.5),
    disguises.substituted(disguises.HOMOGLYPHS, share=0.5),
    disguises.between("."),
    disguises.repeated,
)
POOL = 2000  # sentences to draw from


def comments(count: int, *, shortest: int = 200, longest: int = 300, seed: int = 0) -> list[str]:
    """Return `count` comments of shortest..longest characters; the same seed gives the same ones."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    pool = _pool()
    return [_comment(rng, pool, rng.randint(shortest, longest)) for _ in range(count)]


@cache
def _pool() -> tuple[str, ...]:
    examples = [*sentences.examples(seed=0, count=POOL), *corpus.generate(POOL // 4)]
    return tuple(example.text for example in examples)


def _comment(rng: random.Random, pool: Sequence[str], length: int) -> str:
    words: list[str] = []
    size = -1
    while size < length:
        more = rng.choice(pool).split()
        words += more
        size += sum(map(len, more)) + len(more)
    for put in _oddities(rng, words):
        words[rng.randrange(min(8, len(words)))] = put  # at the front, so that the cut leaves it in
    return " ".join(words)[:length].ljust(length, ".")


def _oddities(rng: random.Random, words: list[str]) -> Iterator[str]:
    if rng.random() < FOREIGN:
        yield rng.choice(SIGNS)
    if rng.random() < DISGUISED:
        yield rng.choice(WAYS)(max(words[:8], key=len), rng)
    if rng.random() < LINKED:
        yield f"https://{rng.choice(corpus.SITES)}/{rng.randrange(10_000)}"
