"""Figures: right on cases worked out by hand, with intervals that hold the value."""

import numpy as np
import pytest

from models.classifier import Classifier
from models.example import Example
from tests import corpus
from training import compare, evaluate


def test_a_perfect_and_a_useless_ranking_get_their_figures() -> None:
    is_yes = np.repeat([False, True], 50)
    perfect = evaluate.figures(
        is_yes, np.repeat([0.0, 1.0], 50), np.repeat([-1.0, 1.0], 50), draws=20, seed=0
    )
    assert perfect == {"examples": 100, "positives": 50, "auc": [1, 1, 1], "ap": [1, 1, 1], "ece": [0, 0, 0]}
    useless = evaluate.figures(is_yes, np.full(100, 0.5), np.zeros(100), draws=20, seed=0)
    assert useless["auc"] == [0.5, 0.5, 0.5]
    assert useless["ap"] == [0.5, 0.5, 0.5]


def test_calibration_error_is_the_distance_of_promise_and_truth() -> None:
    is_yes = np.array([True, False] * 500)
    assert evaluate.calibration_error(is_yes, np.full(1000, 0.8)) == pytest.approx(0.3, abs=0.01)


def test_an_interval_holds_its_value_and_needs_draws() -> None:
    rng = np.random.default_rng(0)
    is_yes = rng.random(500) < 0.3
    scores = is_yes + rng.normal(size=500)
    value, lower, upper = evaluate.interval(evaluate.calibration_error, is_yes, scores, draws=50, seed=0)
    assert lower < upper
    assert evaluate.interval(evaluate.calibration_error, is_yes, scores, draws=0, seed=0) == [value]


def test_a_label_nobody_judged_has_no_figures(classifier: Classifier) -> None:
    found = evaluate.examine(classifier, [Example("hi", {"spam": 0.0})], draws=0)
    assert found == {"spam": {"all": {"examples": 1, "positives": 0}}}


def test_sources_are_told_apart(classifier: Classifier) -> None:
    examples = [
        Example(e.text, e.labels, source="ab"[at % 2]) for at, e in enumerate(corpus.generate(200, seed=9))
    ]
    found = evaluate.examine(classifier, examples, draws=0)
    assert set(found["toxicity"]) == {"all", "a", "b"}
    assert found["toxicity"]["a"]["examples"] == 100
    assert found["toxicity"]["all"]["auc"][0] > 0.98


def test_a_model_is_not_better_than_itself(classifier: Classifier) -> None:
    found = compare.differences(classifier, classifier, corpus.generate(200, seed=9), draws=10, seed=0)
    assert set(found) == set(classifier.labels)
    assert all(value == [0, 0, 0] for measures in found.values() for value in measures.values())
