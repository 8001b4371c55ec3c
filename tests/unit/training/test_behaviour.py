"""The behaviour suite: broad, our own order, and a runner whose verdicts can be worked out by hand."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models.calibration import logistic
from models.classifier import Classifier, Head, Limits
from models.features import EXTRAS, Ngrams
from training import behaviour, cases
from training.cases import Group

NGRAMS = Ngrams(char_bits=4, word_bits=4)
LIMITS = Limits(queue=0.5, reject=None)
ASKED = {"name": "g", "asks": "?", "family": "person"}


def head(label: str, intercept: float, **extras: float) -> Head:
    """Return a head that sees nothing but EXTRAS, so that its verdict can be worked out by hand."""
    weights = np.zeros(NGRAMS.size, np.float32)
    for name, weight in extras.items():
        weights[NGRAMS.extras_from + EXTRAS.index(name)] = weight
    return Head(label, weights, intercept, logistic(), "human", LIMITS)


@pytest.fixture
def loud() -> Classifier:
    """Call every text with an exclamation mark toxic, every text with a link spam."""
    return Classifier([head("toxicity", -3, exclamations=12), head("spam", -3, links=12)], NGRAMS)


@pytest.fixture
def constant() -> Classifier:
    return Classifier([head("toxicity", -3)], NGRAMS)


def judged(
    classifier: Classifier, kind: cases.Kind, *texts: tuple[str, ...], tolerance: float = 0.0
) -> list[bool]:
    group = Group(kind=kind, cases=texts, tolerance=tolerance, **ASKED)
    return behaviour.outcomes(classifier, [group], at=0.5)[0].is_right.tolist()


def test_the_suite_is_broad() -> None:
    groups = cases.suite()
    assert len(groups) >= 28
    assert sum(len(group.cases) for group in groups) >= 1700
    assert len({group.name for group in groups}) == len(groups)
    assert min(len(group.cases) for group in groups) >= 18
    assert all(group.asks.endswith("?") for group in groups)


def test_no_case_is_there_twice() -> None:
    written = [tuple(text.lower() for text in case) for group in cases.suite() for case in group.cases]
    assert [case for case, times in Counter(written).items() if times > 1] == []


def test_a_pair_has_two_texts_that_differ_and_any_other_case_has_one() -> None:
    for group in cases.suite():
        wanted = 2 if group.kind in {"same", "higher"} else 1
        assert {len(set(case)) for case in group.cases} == {wanted}, group.name
        assert (group.tolerance > 0) == (group.kind == "same"), group.name


def test_no_place_is_left_unfilled() -> None:
    texts = [text for group in cases.suite() for case in group.cases for text in case]
    texts += [text for text, _, _ in cases.templates()]
    assert [text for text in texts if "{" in text or "=>" in text or not text.strip()] == []


def test_every_group_of_people_is_met_with_hate_and_with_kindness() -> None:
    terms = cases._read("terms")["people"]
    for kind, family in (("yes", "hateful"), ("no", "lookalike")):
        texts = " ".join(
            case[0].lower()
            for group in cases.suite()
            if (group.kind, group.family) == (kind, family)
            for case in group.cases
        )
        assert [term for term in terms if texts.count(term.lower()) < 3] == []


def test_every_file_is_read_and_only_the_examination_reads_them() -> None:
    assert {path.stem for path in cases.FOLDER.iterdir()} == {*cases.FILES, "terms", "templates"}
    readers = {
        path.name
        for path in Path(cases.__file__).parent.glob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("behaviour_cases", "import cases"))
    }
    assert readers == {"behaviour.py", "cases.py"}


def test_lines_walk_through_their_lists_in_turn() -> None:
    terms = {"who": ["a cat", "a dog", "a fox", "an owl"], "name": ["Ann", "Bob"]}
    lines = ["{who} ran.", "It rains.", "I am {name}.", "See {who}. {who} and {WHO} => See {other who}"]
    assert list(cases.expand(lines, terms, each=2, start=3)) == [
        ("An owl ran.",),
        ("A cat ran.",),
        ("It rains.",),
        ("I am Bob.",),
        ("I am Ann.",),
        ("See a dog. A dog and A DOG", "See an owl"),
        ("See a fox. A fox and A FOX", "See a cat"),
    ]


def test_texts_are_judged_by_whether_the_label_reaches_its_threshold(loud: Classifier) -> None:
    assert judged(loud, "yes", ("Go!",), ("Go.",)) == [True, False]
    assert judged(loud, "no", ("Go!",), ("Go.",)) == [False, True]


def test_pairs_are_judged_by_their_difference(loud: Classifier) -> None:
    # Margins: -3 without a mark, -3 + 12 * ln(2) / 2 = 1.16 with one, 3.59 with two.
    pairs = ("Go.", "Go!"), ("Go!", "Go."), ("Go!", "Go!!"), ("Go.", "Stay.")
    assert judged(loud, "higher", *pairs) == [True, False, True, False]
    assert judged(loud, "same", *pairs, tolerance=0.3) == [False, False, True, True]
    assert judged(loud, "same", *pairs, tolerance=0.1) == [False, False, False, True]


def test_a_group_is_judged_by_the_label_it_is_about(loud: Classifier) -> None:
    link, shout = ("see www.example.org",), ("no link!",)
    group = Group(kind="yes", cases=(link, shout), label="spam", **ASKED)
    assert behaviour.outcomes(loud, [group], at=0.5)[0].is_right.tolist() == [True, False]


def test_a_classifier_that_always_says_the_same_fails_where_it_must(constant: Classifier) -> None:
    found = behaviour.run(constant)
    shares = {(group["kind"], group["share"]) for group in found["groups"].values()}
    assert shares == {("yes", 0.0), ("no", 1.0), ("same", 1.0), ("higher", 0.0)}
    assert (found["overall"]["hate_auc"], found["overall"]["person_auc"]) == (0.5, 0.5)
    assert behaviour.run(constant, at=0.01)["overall"]["yes"] == 1.0


def test_a_group_about_an_unknown_label_is_left_out(constant: Classifier, loud: Classifier) -> None:
    found = behaviour.run(constant)
    assert {"spam", "spam_lookalikes", "threat_label"} <= set(found["left_out"])
    assert not set(found["left_out"]) & set(found["groups"])
    assert found["overall"]["label_auc"] == {"toxicity": 0.5}
    assert "spam" in behaviour.run(loud)["groups"]


def test_correctness_is_told_case_by_case_and_agrees_with_the_report(loud: Classifier) -> None:
    report, right = behaviour.run(loud), behaviour.correct(loud)
    assert right.keys() == report["groups"].keys()
    for name, group in report["groups"].items():
        assert (len(right[name]), sum(right[name])) == (group["cases"], group["right"])
        assert len(group["failures"]) == min(behaviour.SHOWN, group["cases"] - group["right"])
    assert report["overall"]["right"] == sum(map(sum, right.values()))
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_templates_are_balanced_in_every_term() -> None:
    found = cases.templates()
    terms, frames = {term for _, _, term in found}, len(found) / len({term for _, _, term in found})
    assert len(terms) >= 50
    assert frames >= 30
    assert len({text for text, _, _ in found}) == len(found)
    assert {sum(is_toxic for _, is_toxic, each in found if each == term) / frames for term in terms} == {0.5}


def test_templates_are_no_cases_of_the_suite() -> None:
    texts = {text for group in cases.suite() for case in group.cases for text in case}
    assert texts.isdisjoint(text for text, _, _ in cases.templates())


def test_a_constant_classifier_gets_the_template_figures_of_a_coin(constant: Classifier) -> None:
    found = behaviour.by_template(constant)
    assert (found["auc"], found["false_alarms"], found["misses"]) == (0.5, 0.0, 1.0)
    assert found["identities"]["Emma"] == {"texts": 32, "subgroup": 0.5, "bpsn": 0.5, "bnsp": 0.5}
    assert behaviour.by_template(constant, at=0.01)["false_alarms"] == 1.0
