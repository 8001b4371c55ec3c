"""Fit one linear head: log-odds of a label from hashed n-grams.

Naive-Bayes log-count ratios scale the features (Wang and Manning, ACL 2012, pp. 90-94), averaged
stochastic gradient descent finds the coefficients, and both fold into one weight per feature.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression, SGDClassifier

from models.calibration import sigmoid
from models.features import EXTRAS

Floats = NDArray[np.float64]

LEAST_ALPHA = 1e-6  # L2 penalty of the mean loss
STEPS = 1_300_000
FEWEST_EPOCHS, MOST_EPOCHS = 6, 60
BLOCK = 1 << 23  # values
# Strength with which a correction is held to its base: the prior's precision in log-odds. At 1.0 one
# decision moves a comment just like it by at most about a third of a unit, twenty by two units.
PRIOR = 1.0
WIDEST = 30.0  # log-odds; beyond it a probability is 0 or 1 in float32 anyway


@dataclass(frozen=True, slots=True)
class Priors:
    """How far weights are held back: L2 penalty of the summed loss, pseudo-count of the log-count ratio."""

    penalty: float
    pseudo_count: float


# Tuned on 215,000 examples (docs/quality.md), at six passes. Fewer examples keep the same penalty of the
# *summed* loss and about the same number of steps.
PRIORS = Priors(0.2, 0.05)


@dataclass(frozen=True, slots=True)
class Fitted:
    """weights: shape (features,); margin = rows @ weights + intercept."""

    weights: Floats
    intercept: float


def fold_rows(rows: csr_array, fold: int) -> csr_array:
    """Return rows in which `fold` neighbouring n-gram buckets are one; extras keep their own."""
    if fold == 1:
        return rows
    grams = rows.shape[1] - len(EXTRAS)
    folded = np.empty_like(rows.indices)
    for block in _blocks(rows):
        indices = rows.indices[block]
        folded[block] = np.where(indices < grams, indices // fold, indices - grams + grams // fold)
    found = csr_array((rows.shape[0], grams // fold + len(EXTRAS)), dtype=rows.dtype)
    found.data, found.indices, found.indptr = rows.data, folded, rows.indptr
    return found


def unfold(weights: Floats, fold: int) -> Floats:
    """Return weights for unfolded rows."""
    split = len(weights) - len(EXTRAS)
    return np.append(np.repeat(weights[:split], fold), weights[split:])


def fit(rows: csr_array, target: Floats, weight: Floats, *, seed: int, priors: Priors = PRIORS) -> Fitted:
    """Learn from rows (examples, features), targets 0..1 (a half or more counts as yes) and weights.

    Give no example of weight 0: SGD would still decay its weights and steps on each of them.
    """
    is_yes = (target >= 0.5).astype(np.float64)
    alpha = max(LEAST_ALPHA, priors.penalty / len(target))
    epochs = min(max(STEPS // len(target), FEWEST_EPOCHS), MOST_EPOCHS)
    ratio = log_count_ratio(rows, is_yes, weight, pseudo_count=priors.pseudo_count)
    scaled = csr_array(rows.shape, dtype=rows.dtype)
    scaled.data, scaled.indices, scaled.indptr = _scaled(rows, ratio), rows.indices, rows.indptr
    model = SGDClassifier(
        loss="log_loss", alpha=alpha, max_iter=epochs, tol=None, average=True, random_state=seed
    ).fit(scaled, is_yes, sample_weight=weight)
    return Fitted(ratio * model.coef_[0], float(model.intercept_[0]))


def _blocks(rows: csr_array) -> Iterator[slice]:
    """Yield pieces of the values of rows that are small enough to be copied on the way."""
    return (slice(at, at + BLOCK) for at in range(0, rows.nnz, BLOCK))


def _scaled(rows: csr_array, ratio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the values of rows times the ratio of their feature, without a second copy on the way."""
    scaled: NDArray[np.float32] = np.empty(rows.nnz, np.float32)
    for block in _blocks(rows):  # NumPy makes 64-bit numbers of all indices that it is given
        np.take(ratio, rows.indices[block], out=scaled[block], mode="clip")
        scaled[block] *= rows.data[block]
    return scaled


def mean(rows: csr_array, parts: Sequence[tuple[float, Fitted]]) -> Fitted:
    """Return the weighted mean of heads, each stretched so that its margins on `rows` spread by one."""
    shares = [share / max(float(np.std(rows @ head.weights)), 1e-9) for share, head in parts]
    return Fitted(
        np.sum([share * head.weights for share, (_, head) in zip(shares, parts, strict=True)], axis=0),
        sum(share * head.intercept for share, (_, head) in zip(shares, parts, strict=True)),
    )


def log_count_ratio(
    rows: csr_array, is_yes: Floats, weight: Floats, *, pseudo_count: float = PRIORS.pseudo_count
) -> NDArray[np.float32]:
    """Return log(P(feature | yes) / P(feature | no)), smoothed, shape (features,)."""
    # In half the digits: with doubles, SciPy would first copy all of `rows` to doubles.
    yes = rows.T @ (weight * is_yes).astype(np.float32) + pseudo_count
    no = rows.T @ (weight * (1 - is_yes)).astype(np.float32) + pseudo_count
    ratio: NDArray[np.float32] = np.log((yes / yes.sum()) / (no / no.sum())).astype(np.float32)
    return ratio


def to_log_odds(fitted: Fitted, margins: Floats, target: Floats, weight: Floats) -> Fitted:
    """Stretch and shift a head so that its margin is a log-odds on held-out data (Platt 1999)."""
    platt = LogisticRegression(C=1e4).fit(margins[:, None], target >= 0.5, sample_weight=weight)
    slope, shift = max(float(platt.coef_[0, 0]), 1e-3), float(platt.intercept_[0])
    return Fitted(fitted.weights * slope, fitted.intercept * slope + shift)


def correct(rows: csr_array, base: Floats, target: Floats, weight: Floats) -> Fitted:
    """Learn what to add to a base model's margins, shape (examples,), to agree with new decisions.

    Only features of the new examples get a weight; where nothing new was said, the base stays as it is.
    """
    seen, columns = np.unique(rows.indices, return_inverse=True)
    local = csr_array((rows.data.astype(np.float64), columns, rows.indptr), shape=(len(base), len(seen)))
    start = np.clip(base, -WIDEST, WIDEST)

    def loss(delta: Floats) -> tuple[float, Floats]:
        margin = start + local @ delta[:-1] + delta[-1]
        log_loss = np.logaddexp(0, margin) - target * margin
        slope = weight * (sigmoid(margin) - target)
        gradient = np.append(local.T @ slope, slope.sum()) + PRIOR * delta
        return float(weight @ log_loss + PRIOR / 2 * delta @ delta), gradient

    found = minimize(loss, np.zeros(len(seen) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights = np.zeros(rows.shape[1])
    weights[seen] = found.x[:-1]
    return Fitted(weights, float(found.x[-1]))
