"""Score texts with one linear head per label.

Immutable after construction and safe to share between threads. Never raises for a string, whatever
is in it; the cost grows linearly with its length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import calibration, explain
from models.calibration import Curve
from models.explain import Span
from models.features import Ngrams, Rows
from models.text import Simple, normalise, simplify


@dataclass(frozen=True, slots=True)
class Limits:
    """Probabilities from which a comment waits, or is refused; reject None: never by this label alone."""

    queue: float
    reject: float | None


@dataclass(frozen=True, slots=True)
class Head:
    """What one label has learnt: weights of shape (features,), float32; the margin is in log-odds."""

    label: str
    weights: NDArray[np.float32]
    intercept: float
    curve: Curve
    evidence: str
    limits: Limits


class Classifier:
    """A trained model, as `models.artifact` loads it and `training` builds it."""

    def __init__(
        self,
        heads: Sequence[Head],
        ngrams: Ngrams,
        *,
        model_id: str = "",
        manifest: Mapping[str, Any] | None = None,
    ) -> None:
        self.model_id = model_id
        self.ngrams = ngrams
        self.manifest: Mapping[str, Any] = manifest or {}
        self.labels = tuple(head.label for head in heads)
        self.evidence: Mapping[str, str] = {head.label: head.evidence for head in heads}
        self.limits: Mapping[str, Limits] = {head.label: head.limits for head in heads}
        # Row-major: all labels of one feature lie in one cache line.
        weights = np.stack([head.weights for head in heads], axis=1)
        # Columns of that table, not the arrays that were given: they would be kept a second time.
        self.heads = tuple(
            replace(head, weights=column) for head, column in zip(heads, weights.T, strict=True)
        )
        self._grams, self._extras = weights[: ngrams.extras_from], weights[ngrams.extras_from :]
        self._intercepts = np.array([head.intercept for head in heads])
        self._curves = calibration.stacked([head.curve for head in heads])

    def score(self, texts: Sequence[str | Simple]) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (texts, labels). Takes also what is simplified already."""
        return self.probabilities(self.margins(texts))

    def probabilities(self, margins: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return calibrated probabilities of margins, both of shape (texts, labels)."""
        return calibration.look_up(self._curves, margins).astype(np.float32)

    def margins(self, texts: Sequence[str | Simple]) -> NDArray[np.float64]:
        """Return raw log-odds, shape (texts, labels): the finest order there is."""
        found = np.empty((len(texts), len(self.heads)))
        at = 0
        simple = [simplify(each) if isinstance(each, str) else each for each in texts]
        for rows in self.ngrams.chunks(simple):
            size = len(rows.ends) - 1
            self._fill(found[at : at + size], rows)
            at += size
        return found

    def score_parts(self, text: str, cuts: Sequence[int]) -> NDArray[np.float32]:
        """Return probabilities of a text and of its stretches between cuts, shape (len(cuts), labels).

        The text's own row comes first. A stretch has the probability of the text's margin without
        what the other stretches add to it, so a text of one stretch has twice the same row.
        """
        clean = normalise(text)
        rows, places = self.ngrams.placed(text, clean)
        margins = np.empty((len(cuts), len(self.heads)))
        self._fill(margins[:1], rows)
        added = explain.stretches(clean, cuts, rows, places, self._grams)
        margins[1:] = margins[0] - (added.sum(axis=0) - added)
        return self.probabilities(margins)

    def _fill(self, margins: NDArray[np.float64], rows: Rows) -> None:
        # A product for each text, not one for all: its sums would depend on the other texts.
        for at, (begin, end) in enumerate(pairwise(rows.ends.tolist())):
            weights = self._grams.take(rows.indices[begin:end], axis=0)
            margins[at] = rows.values[begin:end] @ weights
        margins += (rows.extras[:, None, :] @ self._extras)[:, 0]
        margins += self._intercepts

    def explain(self, text: str, label: str, *, top: int = 8) -> list[Span]:
        """Return the stretches of `text` that speak for `label`, strongest first.

        Raises KeyError for a label that this model does not have.
        """
        if label not in self.labels:
            raise KeyError(label)
        weights = self.heads[self.labels.index(label)].weights
        return explain.spans(text, label, weights, self.ngrams, top=top)
