"""The measurements of `make bench`: the same comments each time, and tables that can be read. No times."""

from dataclasses import asdict

import numpy as np
import pytest

from models.calibration import logistic
from models.classifier import Classifier, Head, Limits
from models.features import Ngrams
from tests import bench_classifier, bench_rivals
from tests.bench_comments import comments
from tests.bench_measure import Cost, Times, cost, table


@pytest.fixture
def classifier() -> Classifier:
    ngrams = Ngrams(char_bits=8, word_bits=8)
    weights = np.ones(ngrams.size, np.float32)
    return Classifier([Head("toxicity", weights, 0.0, logistic(), "weak", Limits(0.5, None))], ngrams)


def test_a_seed_names_its_comments() -> None:
    assert comments(40, seed=1) == comments(40, seed=1)
    assert comments(40, seed=1) != comments(40, seed=2)


def test_comments_are_as_long_as_asked_and_as_mixed_as_promised() -> None:
    found = comments(1000, shortest=200, longest=300)
    assert {len(text) for text in found} <= set(range(200, 301))
    assert 0.07 < np.mean([not text.isascii() for text in found]) < 0.15
    assert 0.07 < np.mean(["https://" in text for text in found]) < 0.15
    assert {len(text) for text in comments(5, shortest=5000, longest=5000)} == {5000}


def test_a_scorer_is_asked_for_one_text_at_a_time_and_then_for_all() -> None:
    asked: list[int] = []
    cost("scorer", lambda texts: asked.append(len(texts)), ["a", "b", "c"], ["a", "b", "c", "d"])
    assert asked[:3] == [1, 1, 1]
    assert set(asked[3:]) == {4}


def test_a_table_compares_everybody_with_the_first() -> None:
    rows = table(
        [Cost("ours", Times(10, 20, 10, 20), 100, 100), Cost("theirs", Times(40, 80, 40, 80), 50, 50)]
    )
    assert len({len(row) for row in rows}) == 1
    assert rows[1].count("1.0x") == 1
    assert "4.0x" in rows[2]
    assert "0.50x" in rows[2]


def test_all_rows_can_be_measured(classifier: Classifier) -> None:
    found = bench_classifier.ours(classifier, singles=3, batch=3)
    assert all(value > 0 for value in asdict(found.single).values())
    assert bench_classifier.explained(classifier, count=2).startswith("explain")
    assert len(bench_classifier.by_length(classifier, count=2)) == len(bench_classifier.LENGTHS) + 2


def test_the_rival_of_scikit_learn_scores_eight_labels() -> None:
    found = bench_rivals.pipeline(learn=30).predict_proba(["one comment", "another"])
    assert np.asarray(found).shape == (2, bench_rivals.LABELS)
