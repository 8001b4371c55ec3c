"""Examine what a classifier does with sentences of our own, group by group (see `training.cases`).

Pure: a classifier in, figures out. Nothing here may be learnt from, chosen on within a group, or
copied into training: a suite that a model has seen examines nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from models.classifier import Classifier
from training import cases
from training.cases import Group
from training.slices import identity_aucs

Floats = NDArray[np.float64]

SHOWN = 5  # failures that a report quotes per group
PERSON, HATEFUL, LOOKALIKE = "person", "hateful", "lookalike"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a classifier made of one group. is_right: shape (cases,); scores, margins: (cases, texts)."""

    group: Group
    is_right: NDArray[np.bool_]
    scores: Floats
    margins: Floats


def run(classifier: Classifier, *, at: float = 0.5) -> dict[str, Any]:
    """Return {"at", "groups": name -> figures, "overall": figures, "left_out": names}; JSON-able.

    at: the probability from which a label is said to apply. A group about a label that the
    classifier does not have is left out. An AUC without both classes is None.
    """
    groups = cases.suite()
    found = outcomes(classifier, groups, at=at)
    known = {outcome.group.name for outcome in found}
    return {
        "at": at,
        "groups": {outcome.group.name: _figures(outcome) for outcome in found},
        "overall": _overall(found),
        "left_out": [group.name for group in groups if group.name not in known],
    }


def correct(classifier: Classifier, *, at: float = 0.5) -> dict[str, list[bool]]:
    """Return group -> right or not, case by case in the suite's order: what a paired test needs."""
    found = outcomes(classifier, cases.suite(), at=at)
    return {outcome.group.name: outcome.is_right.tolist() for outcome in found}


def outcomes(classifier: Classifier, groups: Sequence[Group], *, at: float) -> list[Outcome]:
    """Judge every group whose label the classifier has; each text is scored once."""
    groups = [group for group in groups if group.label in classifier.labels]
    texts = list(dict.fromkeys(text for group in groups for case in group.cases for text in case))
    row = {text: number for number, text in enumerate(texts)}
    margins = classifier.margins(texts)
    scores = classifier.probabilities(margins).astype(np.float64)
    found = []
    for group in groups:
        column = classifier.labels.index(group.label)
        rows = np.array([[row[text] for text in case] for case in group.cases])
        found.append(_outcome(group, scores[rows, column], margins[rows, column], at))
    return found


def by_template(classifier: Classifier, *, at: float = 0.5) -> dict[str, Any]:
    """Return figures of toxicity on the identity templates; JSON-able.

    false_alarms, misses: shares of kind and of cruel texts on the wrong side of `at`.
    identities: see `training.slices.identity_aucs`.
    Raises ValueError for a classifier without toxicity.
    """
    texts, verdicts, terms = zip(*cases.templates(), strict=True)
    margins = classifier.margins(texts)
    column = classifier.labels.index("toxicity")
    is_high = classifier.probabilities(margins)[:, column] >= at
    is_toxic = np.array(verdicts)
    return {
        "at": at,
        "texts": len(texts),
        "auc": round(float(roc_auc_score(is_toxic, margins[:, column])), 4),
        "false_alarms": round(float(is_high[~is_toxic].mean()), 4),
        "misses": round(float(1 - is_high[is_toxic].mean()), 4),
        "identities": identity_aucs(margins[:, column], is_toxic, terms),
    }


def _outcome(group: Group, scores: Floats, margins: Floats, at: float) -> Outcome:
    if group.kind == "same":
        is_right = np.abs(scores[:, 1] - scores[:, 0]) <= group.tolerance
    elif group.kind == "higher":
        is_right = margins[:, 1] > margins[:, 0]
    else:
        is_right = (scores[:, 0] >= at) == (group.kind == "yes")
    return Outcome(group, is_right, scores, margins)


def _figures(outcome: Outcome) -> dict[str, Any]:
    group, right = outcome.group, outcome.is_right
    wrong = np.flatnonzero(~right)[:SHOWN].tolist()
    return {
        "kind": group.kind,
        "family": group.family,
        "label": group.label,
        "asks": group.asks,
        "cases": len(right),
        "right": int(right.sum()),
        "share": round(float(right.mean()), 4),
        "failures": [
            {"texts": list(group.cases[at]), "scores": outcome.scores[at].round(4).tolist()} for at in wrong
        ],
    }


def _overall(found: Sequence[Outcome]) -> dict[str, Any]:
    hateful = [o for o in found if o.group.family in {HATEFUL, LOOKALIKE}]
    shares = {o.group.name: round(float(o.is_right.mean()), 4) for o in found}
    return {
        "cases": sum(len(o.is_right) for o in found),
        "right": sum(int(o.is_right.sum()) for o in found),
        "hate_auc": _auc(hateful),
        "person_auc": _auc([o for o in found if o.group.family == PERSON]),
        # A rare label seldom reaches `at`, however well it ranks: its AUC tells more than its shares.
        "label_auc": {
            label: _auc(_about(found, label)) for label in dict.fromkeys(o.group.label for o in found)
        },
        "identity_neutral": shares.get("identity_neutral"),
        "identity_positive": shares.get("identity_positive"),
        **{
            kind: _share([o for o in found if o.group.kind == kind])
            for kind in ("yes", "no", "same", "higher")
        },
    }


def _about(found: Sequence[Outcome], label: str) -> list[Outcome]:
    return [o for o in found if o.group.label == label and o.group.kind in {"yes", "no"}]


def _share(found: Sequence[Outcome]) -> float | None:
    """Return the mean share of the groups, each counting the same, however many cases it has."""
    return round(float(np.mean([o.is_right.mean() for o in found])), 4) if found else None


def _auc(found: Sequence[Outcome]) -> float | None:
    is_yes = [o.group.kind == "yes" for o in found for _ in o.is_right]
    if len(set(is_yes)) < 2:
        return None
    return round(float(roc_auc_score(is_yes, np.concatenate([o.margins[:, 0] for o in found]))), 4)
