"""Turn a raw margin into a probability with a curve that was measured in training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Curves are kept at the same evenly spaced margins, so that all labels are looked up in one step.
WIDEST, STEPS = 24.0, 8  # log-odds on either side of 0, points per log-odd
GRID = np.arange(-WIDEST, WIDEST + 1 / STEPS, 1 / STEPS)
# Steps of an isotonic curve are flat. This share of a plain sigmoid makes the whole strictly
# increasing, so that two comments are never tied although their margins differ.
TIE_BREAK = 1e-3


@dataclass(frozen=True, slots=True)
class Curve:
    """Strictly increasing probabilities at the margins of GRID, shape (len(GRID),)."""

    probabilities: Floats

    def __call__(self, margins: Floats) -> Floats:
        """Return probabilities of margins, shape (examples,)."""
        return look_up(self.probabilities[None], margins[:, None])[:, 0]


def curve(measured: Callable[[Floats], Floats]) -> Curve:
    """Return the curve of a non-decreasing function from margins to probabilities."""
    return Curve((1 - TIE_BREAK) * measured(GRID) + TIE_BREAK * sigmoid(GRID))


def logistic() -> Curve:
    """Return the curve of a margin that is a log-odds already; off by at most 2e-4 between points."""
    return Curve(sigmoid(GRID))


def stacked(curves: Sequence[Curve]) -> Floats:
    """Return a table of curves, shape (labels, len(GRID))."""
    return np.stack([curve.probabilities for curve in curves])


def look_up(table: Floats, margins: Floats) -> Floats:
    """Return probabilities by linear interpolation; table (labels, len(GRID)), margins (texts, labels)."""
    last = len(GRID) - 1
    place = np.minimum(np.maximum((margins + WIDEST) * STEPS, 0), last)
    left = np.minimum(place.astype(np.intp), last - 1)
    share = place - left
    left += np.arange(0, table.size, last + 1)  # where each label's curve begins
    flat = table.ravel()
    low = flat.take(left)
    found: Floats = low + share * (flat.take(left + 1) - low)
    return found


def sigmoid(margins: Floats) -> Floats:
    """Return 1 / (1 + exp(-margin)) without overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * margins)
