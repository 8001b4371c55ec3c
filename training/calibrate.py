"""Measure, on examples the head has not seen, what its margins are worth."""

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from models import calibration
from models.calibration import Curve, logistic

Floats = NDArray[np.float64]

ENOUGH = 2000  # labels: isotonic regression overfits below that (scikit-learn's guide says 1000)
SMALLEST = 1e-4  # no score of 0 or 1: nobody has seen ten thousand comments of every kind


def curve(margins: Floats, target: Floats, weight: Floats) -> Curve:
    """Return an isotonic curve if there are labels enough, else the plain logistic one.

    margins: log-odds, shape (examples,); a head goes through `heads.to_log_odds` first.
    """
    if len(margins) < ENOUGH:
        return logistic()
    fitted = IsotonicRegression(y_min=SMALLEST, y_max=1 - SMALLEST, out_of_bounds="clip")
    fitted.fit(margins, target, sample_weight=weight)
    xs, ys = np.asarray(fitted.X_thresholds_, np.float64), np.asarray(fitted.y_thresholds_, np.float64)
    places, levels = _centred(xs, ys)
    return calibration.curve(lambda grid: np.interp(grid, places, levels))


def _centred(xs: Floats, ys: Floats) -> tuple[Floats, Floats]:
    """Join the middles of the steps, so that the curve rises everywhere between its ends."""
    levels, step = np.unique(ys, return_inverse=True)
    middles = np.bincount(step, weights=xs) / np.bincount(step)
    return np.r_[xs[0] - 1, middles, xs[-1] + 1], np.r_[levels[0], levels, levels[-1]]
