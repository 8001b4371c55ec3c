"""Decide, label by label, which examples teach, which calibrate, and whose judgement counts.

People's judgements come first. Where a label has too few of them, guesses of `training.weak` teach,
and the people's sub-labels on Wikipedia are kept for calibrating and examining: the head never learns
from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.labels import LABELS
from training import calibrate
from training.material import (
    CALIBRATE,
    EXAMINE,
    FIT,
    PLAIN,
    VIEWS,
    WIKIPEDIA,
    WITNESSES,
    Material,
    judgements,
    weak_judgements,
)

Floats = NDArray[np.float64]

MOST_NO = 50_000  # examples that say no to a label other than toxicity
FEWEST = 20  # examples of each class: with fewer a head would be a guess


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one head learns from. All arrays have shape (examples,).

    target: 0..1; views: share and weight of each part that is fitted, weight 0 where an example does not
    teach; held: positions that calibrate; truth, truth_weight: what people said, NaN where nothing.
    """

    label: str
    evidence: str
    target: Floats
    views: tuple[tuple[float, Floats], ...]
    held: NDArray[np.intp]
    truth: Floats
    truth_weight: Floats

    @property
    def is_teachable(self) -> bool:
        """Say whether there is a view that shows enough examples of both classes."""
        return bool(self.views)

    @property
    def can_calibrate(self) -> bool:
        """Say whether the held examples show both classes often enough."""
        return has_both(self.truth[self.held])


def has_both(target: Floats) -> bool:
    """Say whether there are FEWEST examples of yes and of no."""
    return bool(min((target >= 0.5).sum(), (target < 0.5).sum()) >= FEWEST)


def thinned(weight: Floats, target: Floats) -> Floats:
    """Return weights in which at most MOST_NO examples say no, each for as many as it stands for.

    A thin label learns nothing from the hundred thousandth comment that it is not about.
    """
    no = np.flatnonzero((weight > 0) & (target < 0.5))
    if len(no) <= MOST_NO:
        return weight
    kept = np.random.default_rng(0).choice(no, MOST_NO, replace=False)
    thin = weight.copy()
    thin[no] = 0.0
    thin[kept] = weight[kept] * (weight[no].sum() / weight[kept].sum())
    return thin


def plan(material: Material) -> list[Lesson]:
    """Return a lesson for each label that can be taught, in the order in which labels are shown."""
    sources = np.array([example.source for example in material.examples])
    guesses = weak_judgements(material)
    lessons = [_lesson(label, material, sources, *guesses[label]) for label in LABELS]
    return [lesson for lesson in lessons if lesson.is_teachable]


def _lesson(
    label: str, material: Material, sources: NDArray[np.str_], guess: Floats, guess_weight: Floats
) -> Lesson:
    truth, truth_weight = judgements(material, label)
    parts = np.array(material.parts)
    is_weak = bool(np.isfinite(guess).any())
    teaches = np.isfinite(truth)
    if is_weak:
        teaches &= ~_among(sources, WITNESSES)
    target = np.where(teaches, truth, guess)
    teaching = (parts == FIT) & np.isfinite(target)
    weights = [
        (view.share, np.where(teaches, judgements(material, label, view)[1], guess_weight) * teaching)
        for view in (VIEWS if label == "toxicity" else PLAIN)
    ]
    if label != "toxicity":
        weights = [(share, thinned(weight, target)) for share, weight in weights]
    held = np.flatnonzero(np.isfinite(truth) & (parts == CALIBRATE))
    natural = held[_among(sources[held], WIKIPEDIA)]
    if label == "toxicity" and len(natural) >= calibrate.ENOUGH:
        held = natural  # Wikipedia's talk pages have a natural share of abuse; the other sources were picked
    witnesses = np.flatnonzero(np.isfinite(truth) & _among(sources, WITNESSES) & (parts != EXAMINE))
    if is_weak and has_both(truth[witnesses]):
        held = witnesses
    evidence = "weak" if is_weak else "human"
    return Lesson(
        label, evidence, np.nan_to_num(target), _told_apart(weights, target), held, truth, truth_weight
    )


def _told_apart(weights: Sequence[tuple[float, Floats]], target: Floats) -> tuple[tuple[float, Floats], ...]:
    """Return the views that show something, and each something else: one kind of material looks alike."""
    views: list[tuple[float, Floats]] = []
    for share, weight in weights:
        if not has_both(target[weight > 0]):  # nothing to see from there, say without a teacher
            continue
        if views and np.array_equal(weight, views[-1][1]):
            views[-1] = (views[-1][0] + share, weight)
        else:
            views.append((share, weight))
    return tuple(views)


def _among(sources: NDArray[np.str_], names: Sequence[str] | frozenset[str]) -> NDArray[np.bool_]:
    return np.isin(sources, sorted(names))
