"""Measure a classifier on parts of a whole: lengths of text, sources, and the groups it speaks of.

A figure over everything hides a part that is served badly.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from models.classifier import Classifier
from models.example import Example
from training import evaluate

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

# Upper ends in characters: a shout, a sentence, a paragraph, several, an essay.
BANDS = ((50, "up to 50"), (150, "51 to 150"), (300, "151 to 300"), (1000, "301 to 1000"))
LONGEST = "over 1000"


def examine(
    classifier: Classifier,
    examples: Sequence[Example],
    *,
    label: str = "toxicity",
    draws: int = 0,
    seed: int = 0,
) -> dict[str, dict[str, Any]]:
    """Return "length" and "source" -> slice -> counts, AUC, AP and ECE (see `evaluate.figures`).

    Only examples that somebody judged for `label` count. A slice with too few of a class has counts alone.
    Raises ValueError for a label that the classifier does not have.
    """
    judged = [example for example in examples if label in example.labels]
    column = classifier.labels.index(label)
    margins = classifier.margins([example.text for example in judged])
    scores = classifier.probabilities(margins).astype(np.float64)[:, column]
    is_yes = np.array([example.labels[label] >= 0.5 for example in judged], dtype=bool)

    def sliced(names: Sequence[str], order: Sequence[str]) -> dict[str, Any]:
        places = {name: np.array(names) == name for name in order if name in names}
        return {
            name: evaluate.figures(is_yes[rows], scores[rows], margins[rows, column], draws=draws, seed=seed)
            for name, rows in places.items()
        }

    lengths = [band(example.text) for example in judged]
    sources = [example.source for example in judged]
    return {
        "length": sliced(lengths, [*(name for _, name in BANDS), LONGEST]),
        "source": sliced(sources, sorted(set(sources))),
    }


def band(text: str) -> str:
    """Name the band of lengths in which a text lies."""
    return next((name for end, name in BANDS if len(text) <= end), LONGEST)


def identity_aucs(
    margins: Floats, is_toxic: Truths, groups: Sequence[str]
) -> dict[str, dict[str, float | None]]:
    """Return group -> {"texts", "subgroup", "bpsn", "bnsp"}: AUCs that an average would hide.

    margins, is_toxic, groups: shape (texts,) each; a text of the group "" belongs to the background only.
    subgroup: within the group, are cruel texts above kind ones?
    bpsn (background positive, subgroup negative): low if kind texts about the group score too high.
    bnsp (background negative, subgroup positive): low if cruel texts about the group score too low.
    None where a class is missing.

    Borkan, Dixon, Sorensen, Thain, Vasserman: Nuanced Metrics for Measuring Unintended Bias with
    Real Data for Text Classification. Companion Proc. WWW 2019, pp. 491-500.
    """
    names = np.array(groups)
    found: dict[str, dict[str, float | None]] = {}
    for group in dict.fromkeys(groups):
        if group:
            own = names == group
            found[group] = {
                "texts": int(own.sum()),
                "subgroup": _auc(margins, is_toxic, own),
                "bpsn": _auc(margins, is_toxic, own ^ is_toxic),
                "bnsp": _auc(margins, is_toxic, own ^ ~is_toxic),
            }
    return found


def _auc(margins: Floats, is_toxic: Truths, rows: Truths) -> float | None:
    if len(set(is_toxic[rows].tolist())) < 2:
        return None
    return round(float(roc_auc_score(is_toxic[rows], margins[rows])), 4)
