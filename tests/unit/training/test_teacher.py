"""What the teacher is fine-tuned on; the teacher itself needs PyTorch and most of an hour."""

import random
from collections import Counter

from models.example import Example
from training import teacher


def examples() -> list[Example]:
    made = [
        Example(f"talk {at}", {"toxicity": float(at % 10 == 0)}, source="jigsaw_wiki") for at in range(2000)
    ]
    made += [Example(f"emoji {at}", {"toxicity": 1.0}, source="hatemoji_build") for at in range(100)]
    made += [Example(f"sexism {at}", {"toxicity": 0.0}, source="edos") for at in range(100)]
    return [*made, Example("buy", {"spam": 1.0}, source="SPAM_sms")]


def test_rare_sources_are_read_twice_and_kind_talk_a_fifth() -> None:
    chosen = teacher.drawn(examples(), random.Random(0))  # noqa: S311
    drawn = Counter((example.source, example.labels["toxicity"]) for example, _ in chosen)
    assert drawn["jigsaw_wiki", 1.0] == 200
    assert 300 < drawn["jigsaw_wiki", 0.0] < 420
    assert drawn["hatemoji_build", 1.0] == 200
    assert 55 < drawn["edos", 0.0] < 85
    assert ("SPAM_sms", 1.0) not in drawn
    assert {weight for example, weight in chosen if example.source == "edos"} == {0.15}


def test_every_text_is_in_one_batch_with_texts_of_about_its_length() -> None:
    texts = ["x" * (at * 7 % 400) for at in range(3200)]
    found = list(teacher.batches(texts, random.Random(0)))  # noqa: S311
    assert sorted(row for batch in found for row in batch) == list(range(3200))
    assert max(len(batch) for batch in found) == teacher.BATCH
    for batch in found:
        lengths = [len(texts[row]) for row in batch]
        assert max(lengths) - min(lengths) < 60
