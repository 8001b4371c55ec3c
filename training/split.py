"""Divide examples into parts without letting near-duplicates stand on both sides.

A group goes where the hash of its oldest text says, so a part is stable when data is added.
"""

import hashlib
from collections.abc import Mapping, Sequence

from models.example import Example
from training.dataset import groups

SHARES = {"fit": 0.85, "calibrate": 0.075, "examine": 0.075}


def parts(examples: Sequence[Example], *, seed: int, shares: Mapping[str, float] = SHARES) -> list[str]:
    """Return the name of a part for each example; `shares` add up to 1."""
    numbers = groups(example.text for example in examples)
    return [_part(f"{seed}:{examples[number].text}", shares) for number in numbers]


def shared_groups(kept: Sequence[Example], other: Sequence[Example]) -> list[bool]:
    """Say for each of `other` whether it is a near-duplicate of one of `kept`."""
    numbers = groups(example.text for example in [*kept, *other])
    known = set(numbers[: len(kept)])
    return [number in known for number in numbers[len(kept) :]]


def _part(key: str, shares: Mapping[str, float]) -> str:
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    total = 0.0
    for name, share in shares.items():
        total += share
        if place < total:
            return name
    return name
