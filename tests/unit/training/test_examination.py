"""What a manifest keeps of all suites: a figure for each question, the same every time, fit for JSON."""

import json

from models.classifier import Classifier
from models.example import Example
from tests import corpus
from training import attacks, examination
from training.examination import disguisable, measure, served_worst, suites


def test_every_suite_has_its_figure(classifier: Classifier) -> None:
    found = suites(classifier, corpus.generate(300, seed=9), seed=0)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert set(found) == {
        "hate_auc", "person_auc", "identity_neutral", "identity_positive",
        "behaviour", "templates", "lengths", "evasion",
    }  # fmt: skip
    assert set(found["evasion"]["auc"]) == {"clean", *attacks.ATTACKS}
    assert found["evasion"]["auc"]["clean"] > 0.98
    assert found["evasion"]["texts"] == 300
    assert len(found["templates"]["lowest"]) == examination.SHOWN < found["templates"]["groups"]
    assert found["lengths"]["51 to 150"]["auc"] > 0.98


def test_the_same_seed_gives_the_same_figures(classifier: Classifier) -> None:
    examples = corpus.generate(100, seed=9)
    assert suites(classifier, examples, seed=1) == suites(classifier, examples, seed=1)


def test_progress_is_told_as_it_comes(classifier: Classifier) -> None:
    lines: list[str] = []
    measure(classifier, corpus.generate(100, seed=9), seed=0, say=lines.append)
    assert len(lines) == 4
    assert "disguised the words" in lines[-1]


def test_what_cannot_be_measured_is_left_out(classifier: Classifier) -> None:
    kind = [Example("Thank you.", {"toxicity": 0.0})]
    assert "evasion" not in suites(classifier, kind, seed=0)
    assert "evasion" not in suites(classifier, [], seed=0)
    spam = Classifier([classifier.heads[classifier.labels.index("spam")]], classifier.ngrams)
    found = suites(spam, kind, seed=0)
    assert set(found["behaviour"]) == {"spam", "spam_lookalikes"}
    assert "templates" not in found


def test_disguises_are_put_on_texts_of_the_largest_source_only() -> None:
    few = [Example(f"a {at}", {"toxicity": 1.0}, source="a") for at in range(3)]
    many = [Example(f"b {at}", {"toxicity": 0.0}, source="b") for at in range(examination.MOST + 5)]
    unjudged = [Example(f"c {at}", {"spam": 0.0}, source="c") for at in range(examination.MOST + 9)]
    chosen = disguisable([*few, *many, *unjudged], seed=0)
    assert {example.source for example in chosen} == {"b"}
    assert len({example.text for example in chosen}) == examination.MOST


def test_the_group_with_the_lowest_of_its_figures_is_served_worst() -> None:
    found: dict[str, dict[str, float | None]] = {
        "a": {"subgroup": 0.9, "bpsn": 0.9, "bnsp": 0.9},
        "b": {"subgroup": 1.0, "bpsn": 0.2, "bnsp": 1.0},
        "c": {"subgroup": None, "bpsn": 0.5, "bnsp": None},
    }
    assert served_worst(found) == ["b", "c", "a"]
