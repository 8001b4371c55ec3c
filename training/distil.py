"""Learn from a stronger teacher: texts cut and mixed from the training data, and what it said of them.

The teacher is a small sentence transformer, fine-tuned on the same training rows (`training.teacher`
makes its answers, which takes an hour and PyTorch). Its answers are kept in teacher.npz, a number for
each text; the texts are made anew from the data each time, and a checksum holds the two together. With
other data there are no answers, and nothing is learnt here.

Cutting and mixing as in Tang et al., "Distilling Task-Specific Knowledge from BERT" (2019).
"""

import hashlib
import random
import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calibration import sigmoid
from models.example import Example

SOURCE = "teacher"
ANSWERS = Path(__file__).parent / "teacher.npz"
MIXED = 250_000  # texts cut or mixed from examples; half as many teach a little less (docs/quality.md)
PROBED, TIMES = 16_000, 2  # frequent words, each in so many frames
SHORTEST, LONGEST = 8, 200  # characters of an example that is cut or mixed
SEEN = 5  # examples in which a word must stand to be mixed in
CUT, KEPT = 0.35, 0.2  # share of texts that are cut out of an example; that are not mixed
REPLACED = 0.2  # share of words that are replaced in a mixed text
SURE = 0.1  # an answer as near as this to 0 or 1 is taken for it
WORD = re.compile(r"[A-Za-z']{3,15}")
FRAMES = (
    "{}", "you are {}", "they are {}", "{} people", "what a {}", "you {}", "I {} them", "the {} is here",
)  # fmt: skip


def examples(learnt: Sequence[Example]) -> list[Example]:
    """Return texts as the teacher judges them; none if its answers are about other data than `learnt`."""
    if not ANSWERS.is_file():
        return []
    texts = transfer(learnt)
    with np.load(ANSWERS, allow_pickle=False) as answers:
        if str(answers["texts_sha256"]) != checksum(texts):
            return []
        told = sigmoid(answers["margins"].astype(np.float64))
    return [e for text, p in zip(texts, told.tolist(), strict=True) for e in _told(text, p)]


def _told(text: str, probability: float) -> list[Example]:
    """Return an answer as one example, or as a yes and a no of its weight each if it is unsure."""
    if not SURE < probability < 1 - SURE:
        return [Example(text, {"toxicity": float(probability >= 0.5)}, source=SOURCE)]
    halves = ((1.0, probability), (0.0, 1 - probability))
    return [Example(text, {"toxicity": said}, weight=weight, source=SOURCE) for said, weight in halves]


def checksum(texts: Sequence[str]) -> str:
    """Return a checksum of texts in their order."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def save(texts: Sequence[str], margins: NDArray[np.float64], path: Path) -> None:
    """Keep the teacher's margins of `texts`, shape (texts,), to three digits."""
    np.savez_compressed(path, texts_sha256=np.array(checksum(texts)), margins=margins.astype(np.float16))


def transfer(learnt: Sequence[Example]) -> list[str]:
    """Return the texts that the teacher is asked about; the same examples give the same texts."""
    rng = random.Random(0)  # noqa: S311 - a sample, not a secret
    seen = Counter[str]()
    for example in learnt:
        seen.update({word.lower() for word in WORD.findall(example.text)})
    # By falling frequency; equally frequent words in order of the alphabet.
    words = sorted((word for word, times in seen.items() if times >= SEEN), key=lambda w: (-seen[w], w))
    short = [example.text for example in learnt if SHORTEST <= len(example.text) <= LONGEST]
    if not words or not short:
        return []
    heights = list(accumulate(seen[word] ** 0.5 for word in words))
    mixed = [_mixed(rng.choice(short).split(), words, heights, rng) for _ in range(MIXED)]
    return mixed + [frame.format(word) for word in words[:PROBED] for frame in rng.sample(FRAMES, TIMES)]


def _mixed(pieces: list[str], words: Sequence[str], heights: Sequence[float], rng: random.Random) -> str:
    chance = rng.random()
    if chance < CUT and len(pieces) > 6:
        length = rng.randint(3, min(14, len(pieces)))
        begin = rng.randrange(len(pieces) - length + 1)
        pieces = pieces[begin : begin + length]
    if chance > KEPT:
        others = iter(rng.choices(words, cum_weights=heights, k=len(pieces)))
        pieces = [next(others) if len(piece) > 2 and rng.random() < REPLACED else piece for piece in pieces]
    return " ".join(pieces)
