"""Choose the limits that a fresh site starts with: shipped, uncertified, honest about it.

A site replaces them with certified ones when it has audit labels of its own.
"""

import numpy as np
from numpy.typing import NDArray

from models.classifier import Limits

Floats = NDArray[np.float64]

QUEUE_RECALL = 0.90  # of what people call harmful waits for a person at the latest from here
# ... but not below these: a rarer label would fill the queue with comments that it only suspects.
LOWEST_QUEUE = {"human": 0.15, "weak": 0.5}
REJECT_PRECISION = 0.95  # lower end of the interval: at most one refusal in twenty is wrong
FEWEST = 30  # refusals on which the promise must rest
FALLBACK = Limits(queue=0.5, reject=None)


def choose(scores: Floats, target: Floats, *, evidence: str) -> Limits:
    """Return limits for probabilities, shape (examples,); a head of weak evidence never refuses."""
    is_yes = target >= 0.5
    if not is_yes.any():
        return FALLBACK
    queue = float(np.quantile(scores[is_yes], 1 - QUEUE_RECALL))
    queue = min(max(queue, LOWEST_QUEUE[evidence]), 0.9)
    reject = _reject(scores, is_yes) if evidence == "human" else None
    return Limits(round(queue, 3), None if reject is None else round(max(reject, queue), 3))


def precision_floor(hits: Floats, flagged: Floats, *, z: float = 1.96) -> Floats:
    """Return the lower end of the Wilson score interval of precision, one per threshold.

    hits, flagged: counts, shape (thresholds,), 0 <= hits <= flagged. Nothing flagged: 0.0.
    Wilson, J. Am. Stat. Assoc. 22 (1927), pp. 209-212.
    """
    n = np.maximum(flagged, 1)
    share = hits / n
    centre = share + z * z / (2 * n)
    spread = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.where(flagged > 0, (centre - spread) / (1 + z * z / n), 0.0)


def _reject(scores: Floats, is_yes: NDArray[np.bool_]) -> float | None:
    order = np.argsort(-scores, kind="stable")
    flagged = np.arange(1, len(order) + 1, dtype=np.float64)
    floors = precision_floor(np.cumsum(is_yes[order]).astype(np.float64), flagged)
    good = np.flatnonzero((floors >= REJECT_PRECISION) & (flagged >= FEWEST))
    return float(scores[order[good[-1]]]) if len(good) else None
