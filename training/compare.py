"""Say by how much one classifier is better than another on the same examples."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from models.classifier import Classifier
from models.example import Example
from training.evaluate import FEWEST, Floats


def differences(
    first: Classifier, second: Classifier, examples: Sequence[Example], *, draws: int, seed: int
) -> dict[str, Any]:
    """Return label -> measure -> [second minus first, lower, upper], both measured on the same draws."""
    texts = [example.text for example in examples]
    margins = first.margins(texts), second.margins(texts)
    found = {}
    for label in [label for label in first.labels if label in second.labels]:
        rows = np.array([label in example.labels for example in examples], dtype=bool)
        is_yes = np.array([e.labels[label] >= 0.5 for e in examples if label in e.labels], dtype=bool)
        if min(is_yes.sum(), (~is_yes).sum()) >= FEWEST:
            a = margins[0][rows, first.labels.index(label)]
            b = margins[1][rows, second.labels.index(label)]
            found[label] = _paired(is_yes, a, b, draws=draws, seed=seed)
    return found


def _paired(is_yes: Any, a: Floats, b: Floats, *, draws: int, seed: int) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    yes, no = np.flatnonzero(is_yes), np.flatnonzero(~is_yes)
    samples = [np.concatenate([rng.choice(yes, len(yes)), rng.choice(no, len(no))]) for _ in range(draws)]
    result = {}
    for name, measure in (("auc", roc_auc_score), ("ap", average_precision_score)):
        gaps = [measure(is_yes[rows], b[rows]) - measure(is_yes[rows], a[rows]) for rows in samples]
        middle = measure(is_yes, b) - measure(is_yes, a)
        lower, upper = np.quantile(gaps, [0.025, 0.975]) if gaps else (middle, middle)
        result[name] = [round(float(value), 4) for value in (middle, lower, upper)]
    return result
