"""Measure a classifier on labelled examples: ranking, precision and calibration, with intervals."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from models.classifier import Classifier
from models.example import Example

Floats = NDArray[np.float64]
Measure = Callable[[NDArray[np.bool_], Floats], float]

BINS = 15  # of equal counts, for the expected calibration error
FEWEST = 5  # of each class, below which a figure would say nothing


def examine(
    classifier: Classifier, examples: Sequence[Example], *, draws: int = 200, seed: int = 0
) -> dict[str, Any]:
    """Return label -> source (and `all`) -> figures, for every label that people judged in `examples`."""
    margins = classifier.margins([example.text for example in examples])
    scores = classifier.probabilities(margins).astype(np.float64)
    return {
        label: by_source(examples, label, scores[:, column], margins[:, column], draws=draws, seed=seed)
        for column, label in enumerate(classifier.labels)
        if any(label in example.labels for example in examples)
    }


def by_source(
    examples: Sequence[Example], label: str, scores: Floats, margins: Floats, *, draws: int, seed: int
) -> dict[str, Any]:
    """Return source -> figures of one label; scores and margins have shape (examples,)."""
    judged = np.array([label in example.labels for example in examples])
    is_yes = np.array([example.labels.get(label, 0.0) >= 0.5 for example in examples])
    sources = np.array([example.source for example in examples])
    found = {"all": figures(is_yes[judged], scores[judged], margins[judged], draws=draws, seed=seed)}
    for source in sorted(set(sources[judged].tolist())):
        rows = judged & (sources == source)
        if min(is_yes[rows].sum(), (~is_yes[rows]).sum()) >= FEWEST:
            found[source] = figures(is_yes[rows], scores[rows], margins[rows], draws=draws, seed=seed)
    return found


def figures(
    is_yes: NDArray[np.bool_], scores: Floats, margins: Floats, *, draws: int, seed: int
) -> dict[str, Any]:
    """Return counts and AUC, AP and ECE, each as [value, lower, upper] (95 %, bootstrap)."""
    result: dict[str, Any] = {"examples": len(is_yes), "positives": int(is_yes.sum())}
    if min(is_yes.sum(), (~is_yes).sum()) < FEWEST:
        return result
    measures: dict[str, tuple[Measure, Floats]] = {
        "auc": (roc_auc_score, margins),
        "ap": (average_precision_score, margins),
        "ece": (calibration_error, scores),
    }
    for name, (measure, ranked) in measures.items():
        result[name] = interval(measure, is_yes, ranked, draws=draws, seed=seed)
    return result


def interval(
    measure: Measure, is_yes: NDArray[np.bool_], scores: Floats, *, draws: int, seed: int
) -> list[float]:
    """Return [value, lower, upper]: percentiles of a bootstrap over examples, within each class.

    draws 0: the value alone.
    """
    value = round(float(measure(is_yes, scores)), 4)
    if not draws:
        return [value]
    rng = np.random.default_rng(seed)
    yes, no = np.flatnonzero(is_yes), np.flatnonzero(~is_yes)
    found = []
    for _ in range(draws):
        rows = np.concatenate([rng.choice(yes, len(yes)), rng.choice(no, len(no))])
        found.append(measure(is_yes[rows], scores[rows]))
    lower, upper = np.quantile(found, [0.025, 0.975])
    return [value, round(float(lower), 4), round(float(upper), 4)]


def calibration_error(is_yes: NDArray[np.bool_], scores: Floats) -> float:
    """Return the mean distance between probability and share, over bins of equal counts."""
    order = np.argsort(scores, kind="stable")
    bins = np.array_split(order, min(BINS, len(order)))
    gaps = [abs(scores[rows].mean() - is_yes[rows].mean()) * len(rows) for rows in bins]
    return float(sum(gaps) / len(order))
