"""The whole run on one page: gather, vectorise, fit, calibrate, choose limits, examine, save.

Same files, seed and machine: same content hash. `jobs` changes the time only.
"""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models import artifact
from models.calibration import Curve, logistic
from models.classifier import Classifier, Head, Limits
from models.features import Ngrams
from models.labels import LABELS
from training import calibrate, evaluate, heads, thresholds
from training.material import (
    CALIBRATE,
    EXAMINE,
    FIT,
    WIKIPEDIA,
    WITNESSES,
    Material,
    gather,
    judgements,
    weak_judgements,
)
from training.vectorise import NgramVectorizer

Floats = NDArray[np.float64]
Say = Callable[[str], None]

FEWEST = 20  # examples of each class: with fewer a head would be a guess
WEAKEST = 0.85  # AUC on people's labels below which a head is left out
FOLDS = {label: 1 if label == "toxicity" else 4 for label in LABELS}  # thin labels need fewer buckets
FAST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is asked to do; `fast` trades quality for seconds."""

    out: Path
    data: Path | None = None
    labels: tuple[Path, ...] = ()
    base: Path | None = None
    seed: int = 0
    jobs: int = 1
    name: str = "firstword"
    fast: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """One label's targets and weights for every example, and where they come from."""

    label: str
    target: Floats
    weight: Floats
    weak_target: Floats
    weak_weight: Floats

    @property
    def evidence(self) -> str:
        """Return `weak` as soon as anything but people's judgement is learnt from."""
        return "weak" if np.isfinite(self.weak_target).any() else "human"


def fit(plan: Plan, say: Say) -> Path:
    """Make a model from data and decisions, and return its folder. Raises ValueError with a sentence."""
    material = gather(plan.data, plan.labels, seed=plan.seed, most=FAST_ROWS if plan.fast else None)
    say(f"read {len(material.examples):,} examples")
    ngrams = Ngrams(15, 14) if plan.fast else Ngrams()
    vectorizer = NgramVectorizer(char_bits=ngrams.char_bits, word_bits=ngrams.word_bits, jobs=plan.jobs)
    rows = vectorizer.fit([]).transform([example.text for example in material.examples])
    say(f"vectorised them: {rows.nnz:,} features")
    made = [
        made
        for lesson in lessons(material)
        if (made := _head(lesson, material, rows, seed=plan.seed, say=say))
    ]
    if not made:
        raise ValueError(f"no label has {FEWEST} examples of each class to learn from")
    metrics = examination(Classifier(made, ngrams), material, draws=0 if plan.fast else 200)
    kept = [head for head in made if not _has_failed(head, metrics)]
    for head in made:
        say(f"{head.label}: {_sentence(metrics.get(head.label, {}))}{'' if head in kept else ' - left out'}")
    manifest = {
        **describe(plan, material),
        "metrics": metrics,
        "left_out": sorted({h.label for h in made} - {h.label for h in kept}),
    }
    return artifact.save(
        kept, ngrams, manifest, plan.out, name=plan.name, folds={h.label: FOLDS[h.label] for h in kept}
    )


def lessons(material: Material) -> list[Lesson]:
    """Return what can be learnt, label by label, in the order in which labels are shown."""
    guessed = weak_judgements(material)
    return [Lesson(label, *judgements(material, label), *guessed[label]) for label in LABELS]


def describe(plan: Plan, material: Material) -> dict[str, Any]:
    """Return the part of the manifest that says how the model was made."""
    sources: dict[str, int] = {}
    for row in material.rows(FIT):
        source = material.examples[row].source
        sources[source] = sources.get(source, 0) + 1
    return {
        "recipe": {
            "seed": plan.seed,
            "fast": plan.fast,
            "penalty": heads.PENALTY,
            "steps": heads.STEPS,
            "sources": sources,
        },
        "data": material.checksums,
        "limits_are": "uncertified",
        "tools": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
        },
    }


def examination(classifier: Classifier, material: Material, *, draws: int) -> dict[str, Any]:
    """Measure on what was kept back: the examination part, and people's sub-labels for weak heads."""
    examined = [material.examples[row] for row in material.rows(EXAMINE)]
    found = evaluate.examine(classifier, examined, draws=draws)
    witnesses = [e for e in material.examples if e.source in WITNESSES and len(e.labels) > 1]
    if witnesses:
        on_people = evaluate.examine(classifier, witnesses, draws=draws)
        for label, evidence in classifier.evidence.items():
            if evidence == "weak" and label in on_people:
                found.setdefault(label, {})["wikipedia_sublabels"] = on_people[label]["all"]
    return found


def _head(lesson: Lesson, material: Material, rows: csr_array, *, seed: int, say: Say) -> Head | None:
    is_learnt, target, weight = _learnt(lesson, material)
    if min((target[is_learnt] >= 0.5).sum(), (target[is_learnt] < 0.5).sum()) < FEWEST:
        return None
    fold = FOLDS[lesson.label]
    chosen = np.flatnonzero(is_learnt)
    narrow = heads.fold_rows(rows[chosen] if len(chosen) < rows.shape[0] else rows, fold)
    fitted = heads.fit(narrow, target[chosen], weight[chosen], seed=seed)
    fitted = heads.Fitted(heads.unfold(fitted.weights, fold), fitted.intercept)
    held = _held(lesson, material)
    curve: Curve = logistic()
    limits = thresholds.FALLBACK
    if min((lesson.target[held] >= 0.5).sum(), (lesson.target[held] < 0.5).sum()) >= FEWEST:
        fitted = heads.to_log_odds(
            fitted, rows[held] @ fitted.weights + fitted.intercept, lesson.target[held], lesson.weight[held]
        )
    weights = artifact.folded(fitted.weights, fold)
    if len(held):
        margins = (rows[held] @ weights).astype(np.float64) + fitted.intercept
        curve = calibrate.curve(margins, lesson.target[held], lesson.weight[held])
        limits = thresholds.choose(curve(margins), lesson.target[held], may_reject=lesson.evidence == "human")
    say(f"fitted {lesson.label} on {len(chosen):,} examples, calibrated on {len(held):,}")
    return Head(lesson.label, weights, fitted.intercept, curve, lesson.evidence, limits)


def _learnt(lesson: Lesson, material: Material) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return which examples a head learns from, with targets and weights: people first, then guesses."""
    in_fit = np.array(material.parts) == FIT
    by_people = np.isfinite(lesson.target)
    if lesson.evidence == "weak":
        by_people &= np.array([e.source not in WITNESSES for e in material.examples])
    target = np.where(by_people, lesson.target, lesson.weak_target)
    weight = np.where(by_people, lesson.weight, lesson.weak_weight)
    return in_fit & np.isfinite(target) & (weight > 0), target, weight


def _held(lesson: Lesson, material: Material) -> NDArray[np.intp]:
    """Return the examples that calibrate: Wikipedia's where there are enough, since its rate is natural."""
    sources = np.array([example.source for example in material.examples])
    parts = np.array(material.parts)
    judged = np.isfinite(lesson.target)
    if lesson.evidence == "weak":
        witnesses = np.flatnonzero(judged & np.isin(sources, sorted(WITNESSES)) & (parts != EXAMINE))
        if (lesson.target[witnesses] >= 0.5).sum() >= FEWEST:
            return witnesses
    held = np.flatnonzero(judged & (parts == CALIBRATE))
    natural = held[np.isin(sources[held], sorted(WIKIPEDIA))]
    return natural if lesson.label == "toxicity" and len(natural) >= calibrate.ENOUGH else held


def _has_failed(head: Head, metrics: dict[str, Any]) -> bool:
    measured = metrics.get(head.label, {}).get("wikipedia_sublabels", {}).get("auc")
    return head.evidence == "weak" and measured is not None and measured[0] < WEAKEST


def _sentence(metrics: dict[str, Any]) -> str:
    parts = [f"{source} AUC {found['auc'][0]:.4f}" for source, found in metrics.items() if "auc" in found]
    return ", ".join(parts) or "nothing to examine it on"


__all__ = ["Limits", "Plan", "fit"]
