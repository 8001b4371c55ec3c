"""Misspelt copies: alike for kind and cruel texts, and still the same words to a reader."""

import random

from models.example import Example
from training import slips

TEXT = "The council should certainly reconsider everything about these cycling lanes before winter."


def test_a_slip_changes_about_a_third_of_the_long_words_inside_them_only() -> None:
    rng = random.Random(1)  # noqa: S311
    pairs = [
        (before, after)
        for _ in range(50)
        for before, after in zip(TEXT.split(), slips.misspelt(TEXT, rng).split(), strict=True)
    ]
    changed = [(before, after) for before, after in pairs if before != after]
    long = [before for before, _ in pairs if len(before.strip(".")) >= 4]
    assert 0.25 < len(changed) / len(long) < 0.4
    for before, after in changed:
        assert before[0] == after[0]
        assert abs(len(before) - len(after)) <= 1
        assert set(after) <= set(before)


def test_copies_say_what_they_copy_and_nothing_but_toxicity() -> None:
    labels = {"toxicity": 1.0, "profanity": 1.0}
    examples = [Example(f"{TEXT} {at}", labels, weight=2, source="davidson") for at in range(100)]
    made = slips.copies(examples, seed=0)
    assert 30 < len(made) < 70
    assert {copy.source for copy in made} == {"slips/davidson"}
    assert all(copy.labels == {"toxicity": 1.0} and copy.weight == 2 * slips.WEIGHT for copy in made)
    assert made == slips.copies(examples, seed=0)
    assert made != slips.copies(examples, seed=1)


def test_long_texts_and_unjudged_ones_are_not_copied() -> None:
    long = Example(TEXT * 5, {"toxicity": 1.0})
    unjudged = Example(TEXT, {"spam": 1.0})
    assert slips.copies([long, unjudged] * 50, seed=0) == []
