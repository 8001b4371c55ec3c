"""The arithmetic of a head: fitting, folding, calibrating, limits, and corrections on a base."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.utils.estimator_checks import check_parameters_default_constructible

from models import calibration
from models.calibration import logistic, sigmoid
from models.features import EXTRAS, Ngrams
from tests import corpus
from training import calibrate, heads, thresholds
from training.vectorise import NgramVectorizer

VECTORIZER = NgramVectorizer(char_bits=12, word_bits=11)


def rows_of(count: int, *, seed: int = 0) -> tuple[csr_array, np.ndarray]:
    examples = corpus.generate(count, seed=seed)
    target = np.array([example.labels["toxicity"] for example in examples])
    return VECTORIZER.transform([example.text for example in examples]), target


def test_rows_of_a_matrix_are_what_serving_computes() -> None:
    rows = VECTORIZER.fit_transform(["you idiot", "", "free pills!!!"])
    served = Ngrams(12, 11)(["you idiot"])
    grams = rows[[0]][:, : -len(EXTRAS)]
    assert rows.shape == (3, Ngrams(12, 11).size)
    assert grams.indices.tolist() == served.indices.tolist()
    assert grams.data.tolist() == served.values.tolist()
    assert rows[[0]][:, -len(EXTRAS) :].toarray().tolist() == served.extras.tolist()


def test_more_processes_give_the_same_matrix() -> None:
    texts = [example.text for example in corpus.generate(4100)]
    alone = VECTORIZER.transform(texts)
    shared = NgramVectorizer(char_bits=12, word_bits=11, jobs=2).transform(texts)
    assert np.array_equal(alone.indices, shared.indices)
    assert np.array_equal(alone.data, shared.data)
    assert np.array_equal(alone.indptr, shared.indptr)


def test_the_vectorizer_keeps_scikit_learns_rules() -> None:
    check_parameters_default_constructible("NgramVectorizer", NgramVectorizer())
    with pytest.raises(ValueError, match="list of texts"):
        VECTORIZER.transform("one text")


def test_folded_weights_score_folded_rows_alike() -> None:
    rows, _ = rows_of(50)
    narrow = heads.fold_rows(rows, 4)
    weights = np.random.default_rng(0).normal(size=narrow.shape[1])
    assert narrow.shape[1] == (rows.shape[1] - len(EXTRAS)) // 4 + len(EXTRAS)
    assert narrow @ weights == pytest.approx(rows @ heads.unfold(weights, 4), abs=1e-5)


def test_a_head_learns_the_same_thing_twice() -> None:
    rows, target = rows_of(300)
    first, second = (heads.fit(rows, target, np.ones(300), seed=3) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert first.intercept == second.intercept
    assert ((rows @ first.weights + first.intercept > 0) == (target > 0.5)).mean() > 0.95


def test_fitting_leaves_the_rows_as_they_are() -> None:
    rows, target = rows_of(200)
    before = rows.data.copy()
    heads.fit(rows, target, np.ones(200), seed=0)
    assert np.array_equal(rows.data, before)


def test_a_mean_counts_heads_by_their_shares_whatever_their_scale() -> None:
    rows, target = rows_of(200)
    a = heads.fit(rows, target, np.ones(200), seed=0)
    b = heads.Fitted(a.weights * 100, 7.0)
    both = heads.mean(rows, [(0.5, a), (1.5, b)])
    assert np.std(rows @ both.weights) == pytest.approx(2, abs=1e-3)
    assert np.corrcoef(rows @ both.weights, rows @ a.weights)[0, 1] == pytest.approx(1)


def test_a_log_odds_margin_is_what_it_says() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=4000) * 2
    target = (rng.random(4000) < sigmoid(truth)).astype(float)
    stretched = 5 * truth + 3
    fitted = heads.to_log_odds(heads.Fitted(np.array([5.0]), 3.0), stretched, target, np.ones(4000))
    assert fitted.weights[0] == pytest.approx(1, abs=0.1)
    assert fitted.intercept == pytest.approx(0, abs=0.15)


def test_a_correction_moves_what_was_decided_and_leaves_the_rest() -> None:
    decided = VECTORIZER.transform(["the gull report was fine"] * 20)
    other = VECTORIZER.transform(["quite another matter"])
    base = np.full(20, 2.0)
    delta = heads.correct(decided, base, np.zeros(20), np.ones(20))
    moved = (decided @ delta.weights + delta.intercept)[0]
    beside = (other @ delta.weights + delta.intercept)[0]
    assert moved < -2
    assert abs(beside) < abs(moved) / 2


def test_one_decision_moves_less_than_twenty() -> None:
    decided = VECTORIZER.transform(["the gull report was fine"])
    once = heads.correct(decided, np.array([2.0]), np.zeros(1), np.ones(1))
    often = heads.correct(decided, np.array([2.0]), np.zeros(1), np.full(1, 20.0))
    assert 0 > (decided @ once.weights)[0] > (decided @ often.weights)[0]


def test_a_correction_that_agrees_with_its_base_changes_next_to_nothing() -> None:
    decided = VECTORIZER.transform(["the gull report was fine"] * 5)
    delta = heads.correct(decided, np.full(5, -9.0), np.zeros(5), np.ones(5))
    assert np.abs(delta.weights).max() < 1e-3


def test_few_labels_give_a_sigmoid_and_many_an_isotonic_curve() -> None:
    rng = np.random.default_rng(0)
    margins = rng.normal(size=4000) * 3
    target = (rng.random(4000) < sigmoid(margins / 2)).astype(float)
    few = calibrate.curve(margins[:1999], target[:1999], np.ones(1999))
    many = calibrate.curve(margins, target, np.ones(4000))
    assert few(np.array([2.0])) == pytest.approx(sigmoid(np.array([2.0])), abs=1e-3)
    assert many(np.array([2.0])) == pytest.approx(sigmoid(np.array([1.0])), abs=0.06)
    assert (np.diff(many.probabilities) > 0).all()


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=50))
def test_the_logistic_curve_stays_near_the_sigmoid(margins: list[float]) -> None:
    assert logistic()(np.array(margins)) == pytest.approx(sigmoid(np.array(margins)), abs=1e-3)


def test_equal_steps_of_a_curve_are_told_apart_by_the_margin() -> None:
    flat = calibration.curve(lambda margins: np.full_like(margins, 0.3))
    found = flat(np.array([-0.5, 0.0, 0.5]))
    assert found[0] < found[1] < found[2]
    assert found == pytest.approx(0.3, abs=1e-3)


def test_the_precision_floor_is_wilsons() -> None:
    assert thresholds.precision_floor(np.array([81.0]), np.array([263.0]))[0] == pytest.approx(
        0.2553, abs=1e-4
    )
    assert thresholds.precision_floor(np.array([0.0]), np.array([0.0]))[0] == 0.0


def test_limits_keep_their_promises_and_weak_heads_never_refuse() -> None:
    rng = np.random.default_rng(1)
    scores = rng.random(5000)
    target = (rng.random(5000) < scores**0.5).astype(float) * (scores > 0.2)
    scores = np.where(target > 0, np.maximum(scores, 0.4), scores)
    limits = thresholds.choose(scores, target, evidence="human")
    assert limits.reject is not None
    assert limits.queue <= limits.reject
    assert (scores[target > 0] >= limits.queue).mean() >= 0.89
    assert target[scores >= limits.reject].mean() >= 0.95
    assert thresholds.choose(scores, target, evidence="weak").reject is None


def test_without_enough_proof_nothing_is_refused() -> None:
    assert thresholds.choose(np.array([0.9] * 20), np.ones(20), evidence="human").reject is None
    assert thresholds.choose(np.array([0.9] * 20), np.zeros(20), evidence="human") == thresholds.FALLBACK
