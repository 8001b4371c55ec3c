"""Slices: the three identity AUCs on cases worked out by hand, and parts that are told apart."""

import numpy as np

from models.calibration import logistic
from models.classifier import Classifier, Head, Limits
from models.example import Example
from models.features import EXTRAS, Ngrams
from training import slices

IS_TOXIC = np.array([True, True, False, False, True, True, False, False])
GROUPS = ["a", "a", "a", "a", "b", "b", "b", ""]


def loud() -> Classifier:
    """Return a classifier to which nothing but exclamation marks is toxic."""
    ngrams = Ngrams(char_bits=4, word_bits=4)
    weights = np.zeros(ngrams.size, np.float32)
    weights[ngrams.extras_from + EXTRAS.index("exclamations")] = 12
    return Classifier([Head("toxicity", weights, -3, logistic(), "human", Limits(0.5, None))], ngrams)


def test_identity_aucs_are_the_hand_computed_ones() -> None:
    margins = np.array([4.0, 2.0, 3.0, 0.0, 6.0, 1.0, -1.0, 5.0])
    found = slices.identity_aucs(margins, IS_TOXIC, GROUPS)
    assert list(found) == ["a", "b"]
    # a: cruel 4, 2; kind 3, 0. Others: cruel 6, 1; kind -1, 5. Each AUC: pairs won of four.
    assert found["a"] == {"texts": 4, "subgroup": 3 / 4, "bpsn": 3 / 4, "bnsp": 2 / 4}
    # b: cruel 6, 1; kind -1. Others: cruel 4, 2; kind 3, 0, 5.
    assert found["b"] == {"texts": 3, "subgroup": 1.0, "bpsn": 1.0, "bnsp": round(4 / 6, 4)}


def test_a_term_that_raises_every_score_shows_in_one_auc_only() -> None:
    margins = IS_TOXIC * 1.0 + np.array([each == "a" for each in GROUPS]) * 2.0
    assert slices.identity_aucs(margins, IS_TOXIC, GROUPS)["a"] == {
        "texts": 4,
        "subgroup": 1.0,
        "bpsn": 0.0,
        "bnsp": 1.0,
    }


def test_a_tie_counts_half_and_a_missing_class_has_no_auc() -> None:
    found = slices.identity_aucs(np.zeros(3), np.array([True, False, False]), ["a", "a", "b"])
    assert found["a"] == {"texts": 2, "subgroup": 0.5, "bpsn": None, "bnsp": 0.5}
    assert found["b"] == {"texts": 1, "subgroup": None, "bpsn": 0.5, "bnsp": None}


def test_bands_meet_without_a_gap() -> None:
    names = [slices.band("x" * length) for length in (0, 50, 51, 150, 151, 300, 301, 1000, 1001)]
    short, sentence, paragraph, several = (name for _, name in slices.BANDS)
    assert names == [
        *[short] * 2, *[sentence] * 2, *[paragraph] * 2, *[several] * 2, slices.LONGEST,
    ]  # fmt: skip


def test_lengths_and_sources_are_told_apart() -> None:
    # Short texts are judged as the classifier does, long ones the other way round.
    short = [Example("ha" + "!" * (n % 2), {"toxicity": float(n % 2)}, source="b") for n in range(20)]
    long = [Example("ha" * 40 + "!" * (n % 2), {"toxicity": 1.0 - n % 2}, source="a") for n in range(20)]
    unjudged = [Example("ha", {"spam": 1.0}, source="c")]
    found = slices.examine(loud(), short + long + unjudged)
    assert list(found["length"]) == ["up to 50", "51 to 150"]
    assert list(found["source"]) == ["a", "b"]
    assert found["length"]["up to 50"] == found["source"]["b"]
    assert found["source"]["b"]["examples"] == 20
    assert found["source"]["b"]["auc"] == found["source"]["b"]["ap"] == [1.0]
    assert (found["source"]["a"]["auc"], found["source"]["a"]["ap"]) == ([0.0], [0.5])


def test_a_slice_with_too_few_of_a_class_is_only_counted() -> None:
    examples = [Example("ha", {"toxicity": 0.0}, source="a") for _ in range(9)]
    assert slices.examine(loud(), examples)["source"] == {"a": {"examples": 9, "positives": 0}}
    assert slices.examine(loud(), []) == {"length": {}, "source": {}}
