"""The whole run on one page: gather, vectorise, fit, calibrate, choose limits, examine, save.

Same files, seed and machine: same content hash. `jobs` changes the time only.
"""

import platform
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models import artifact
from models.calibration import logistic
from models.classifier import Classifier, Head
from models.example import Example
from models.features import Ngrams
from training import calibrate, evaluate, examination, heads, lessons, pictures, thresholds
from training.lessons import Lesson
from training.material import FIT, Material, gather
from training.vectorise import NgramVectorizer

Say = Callable[[str], None]

WEAKEST = 0.85  # AUC on people's labels below which a head is left out
FOLD = 4  # neighbouring buckets that share a weight in every head but toxicity: thin labels need fewer
# Spam is learnt from a few thousand comments, of which one word tells a lot: held back less by the
# penalty, more by the counts (docs/quality.md).
PRIORS = {"spam": heads.Priors(0.05, 0.2)}
# Weak heads that agree better with people when half of them is the toxicity head (docs/quality.md).
BLENDED = frozenset({"severe_toxicity", "insult", "profanity"})
TOXICITY = "toxicity"
NARROW, HARM = "toxicity, narrow", 1  # what is blended in: the view of all people's judgements, folded
LANGUAGE = "en"  # of the behaviour suite and of the identity templates
LONGEST = 1000  # characters learnt of a comment: beyond, a long one only fills the memory


@dataclass(frozen=True, slots=True)
class Recipe:
    """How large a run is. most: rows read; draws: of the bootstrap, 0 for figures without intervals."""

    ngrams: Ngrams
    most: int | None
    draws: int


RECIPES = {
    "shipped": Recipe(Ngrams(), most=None, draws=200),
    "trial": Recipe(Ngrams(15, 14), most=20_000, draws=0),  # quality for seconds
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is asked to do; recipe: a name in RECIPES."""

    out: Path
    data: Path | None = None
    labels: tuple[Path, ...] = ()
    base: Path | None = None
    seed: int = 0
    jobs: int = 1
    name: str = "firstword"
    recipe: str = "shipped"
    language: str = "en"


def fit(plan: Plan, say: Say) -> Path:
    """Make a model from data and decisions, and return its folder. Raises ValueError with a sentence."""
    recipe = RECIPES[plan.recipe]
    material = gather(plan.data, plan.labels, seed=plan.seed, most=recipe.most, language=plan.language)
    say(f"read {len(material.examples):,} examples")
    planned, described = lessons.plan(material), describe(plan, material)
    examined, witnesses, texts = material.examined(), material.witnesses(), _texts(material)
    del material
    vectorizer = NgramVectorizer(
        char_bits=recipe.ngrams.char_bits, word_bits=recipe.ngrams.word_bits, jobs=plan.jobs
    )
    # What the teacher said is learnt first and then let go: a gigabyte that the others can use.
    apart, used = _shelves(planned)
    taught = _told(planned, vectorizer.transform(texts[apart]), apart, seed=plan.seed)
    texts[apart | ~used] = ""
    rows = vectorizer.transform(texts)
    del texts
    say(f"vectorised them: {rows.nnz:,} values")
    made = _heads(planned, rows, taught, seed=plan.seed, say=say)
    if not made:
        raise ValueError(f"no label has {lessons.FEWEST} examples of each class to learn from")
    del rows  # a gigabyte that the examination can use
    metrics = _metrics(Classifier(made, recipe.ngrams), examined, witnesses, draws=recipe.draws)
    kept = [head for head in made if not _has_failed(head, metrics)]
    for head in made:
        say(f"{head.label}: {_sentence(metrics.get(head.label, {}))}{'' if head in kept else ' - left out'}")
    left_out = sorted(head.label for head in made if head not in kept)
    manifest = {**described, "metrics": metrics, "left_out": left_out}
    if recipe.draws and plan.language == LANGUAGE:
        manifest["suites"] = examination.suites(Classifier(kept, recipe.ngrams), examined, seed=plan.seed)
    folds = {head.label: fold_of(head.label) for head in kept}
    folder = artifact.save(kept, recipe.ngrams, manifest, plan.out, name=plan.name, folds=folds)
    if recipe.draws:
        pictures.draw(folder, examined, seed=plan.seed, say=say)
    return folder


def _texts(material: Material) -> NDArray[np.object_]:
    return np.array(
        [
            example.text[:LONGEST] if part == FIT else example.text
            for example, part in zip(material.examples, material.parts, strict=True)
        ],
        dtype=object,
    )


def _shelves(planned: Sequence[Lesson]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which examples the last view of toxicity learns from if nobody else does, and which anybody.

    Shape (examples,) both. The first is the teacher's shelf; nothing stands on it where there is none.
    """
    used = np.zeros(len(planned[0].target) if planned else 0, dtype=np.bool_)
    apart = np.zeros_like(used)
    for lesson in planned:
        used[lesson.held] = True
        *others, (_, last) = lesson.views
        for _, weight in others:
            used |= weight > 0
        if lesson.label == TOXICITY and others:
            apart = last > 0
        else:
            used |= last > 0
    if (apart & used).any():
        return np.zeros_like(used), used | apart
    return apart, used | apart


def _told(
    planned: Sequence[Lesson], rows: csr_array, apart: NDArray[np.bool_], *, seed: int
) -> heads.Fitted | None:
    """Fit the last view of toxicity on the rows that stand apart; None if there are none."""
    if not apart.any():
        return None
    lesson = next(each for each in planned if each.label == TOXICITY)
    return _learnt(lesson, rows, lesson.target[apart], lesson.views[-1][1][apart], seed=seed)


def fold_of(label: str) -> int:
    """Return how many neighbouring buckets share a weight in the head of `label`."""
    return 1 if label == TOXICITY else FOLD


def describe(plan: Plan, material: Material) -> dict[str, Any]:
    """Return the part of the manifest that says how the model was made."""
    # What stands after a slash is the kind of our own sentences: too fine for a manifest.
    sources = Counter(material.examples[row].source.partition("/")[0] for row in material.rows(FIT))
    return {
        "recipe": {
            "seed": plan.seed,
            "name": plan.recipe,
            "penalty": heads.PRIORS.penalty,
            "steps": heads.STEPS,
            "blended": sorted(BLENDED),
            "sources": dict(sources),
        },
        "languages": [plan.language],
        "data": material.checksums,
        "limits_are": "uncertified",
        "tools": tools(),
    }


def tools() -> dict[str, str]:
    """Return the versions of what computes the weights."""
    return {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__}


def _metrics(
    classifier: Classifier, examined: Sequence[Example], witnesses: Sequence[Example], *, draws: int
) -> dict[str, Any]:
    """Measure on what was kept back: the examination part, and people's sub-labels for weak heads."""
    found = evaluate.examine(classifier, examined, draws=draws)
    if witnesses:
        on_people = evaluate.examine(classifier, witnesses, draws=draws)
        for label, evidence in classifier.evidence.items():
            if evidence == "weak" and label in on_people:
                found.setdefault(label, {})["wikipedia_sublabels"] = on_people[label]["all"]
    return found


def _heads(
    planned: Sequence[Lesson], rows: csr_array, taught: heads.Fitted | None, *, seed: int, say: Say
) -> list[Head]:
    """Fit all parts of all heads and join them; one after the other, for each holds half a gigabyte."""
    thin = [lesson for lesson in planned if fold_of(lesson.label) > 1]
    toxicity = next((lesson for lesson in planned if lesson.label == TOXICITY), None)
    if toxicity and any(map(_is_blended, thin)):
        weight = lessons.thinned(toxicity.views[: HARM + 1][-1][1], toxicity.target)
        thin.append(replace(toxicity, label=NARROW, views=((1.0, weight),)))
    learnt = [toxicity, *thin] if toxicity else thin
    fitted = {
        lesson.label: _parts(lesson, rows, taught if lesson is toxicity else None, seed=seed)
        for lesson in learnt
    }
    made = []
    for lesson in planned:
        parts = fitted[lesson.label]
        if _is_blended(lesson) and NARROW in fitted:
            parts = [(0.5, parts[0][1]), (0.5, fitted[NARROW][0][1])]
        whole = heads.mean(rows[lesson.held], parts) if len(parts) > 1 else parts[0][1]
        made.append(_calibrated(lesson, whole, rows))
        count = int((lesson.views[-1][1] > 0).sum())
        say(f"fitted {lesson.label} on {count:,} examples, calibrated on {len(lesson.held):,}")
    return made


def _parts(
    lesson: Lesson, rows: csr_array, last: heads.Fitted | None, *, seed: int
) -> list[tuple[float, heads.Fitted]]:
    """Fit a head once for each view of its lesson. last: what was learnt of the last one before."""
    views = lesson.views if last is None else lesson.views[:-1]
    parts = []
    for share, weight in views:
        shown = np.flatnonzero(weight > 0)
        part = _learnt(lesson, _picked(rows, shown), lesson.target[shown], weight[shown], seed=seed)
        parts.append((share, part))
    return parts if last is None else [*parts, (lesson.views[-1][0], last)]


def _learnt(
    lesson: Lesson, rows: csr_array, target: heads.Floats, weight: heads.Floats, *, seed: int
) -> heads.Fitted:
    fold = fold_of(lesson.label)
    priors = PRIORS.get(lesson.label, heads.PRIORS)
    fitted = heads.fit(heads.fold_rows(rows, fold), target, weight, seed=seed, priors=priors)
    return heads.Fitted(heads.unfold(fitted.weights, fold), fitted.intercept)


def _picked(rows: csr_array, taught: NDArray[np.intp]) -> csr_array:
    """Return some rows; those at the beginning without a copy."""
    count = len(taught)
    if taught[-1] != count - 1:
        return rows[taught]
    picked = csr_array((count, rows.shape[1]), dtype=rows.dtype)
    picked.indptr = rows.indptr[: count + 1]
    # Set, not given: SciPy's constructor copies what is less than half of a larger array.
    picked.indices, picked.data = rows.indices[: picked.indptr[-1]], rows.data[: picked.indptr[-1]]
    return picked


def _is_blended(lesson: Lesson) -> bool:
    return lesson.label in BLENDED and lesson.evidence == "weak" and lesson.can_calibrate


def _calibrated(lesson: Lesson, fitted: heads.Fitted, rows: csr_array) -> Head:
    curve, limits = logistic(), thresholds.FALLBACK
    held, truth, weight = rows[lesson.held], lesson.truth[lesson.held], lesson.truth_weight[lesson.held]
    if lesson.can_calibrate:
        fitted = heads.to_log_odds(fitted, held @ fitted.weights + fitted.intercept, truth, weight)
    weights = artifact.folded(fitted.weights, fold_of(lesson.label))
    if lesson.can_calibrate:
        # With the weights as they are saved, in half precision.
        margins = (held @ weights).astype(np.float64) + fitted.intercept
        curve = calibrate.curve(margins, truth, weight)
        limits = thresholds.choose(curve(margins), truth, evidence=lesson.evidence)
    return Head(lesson.label, weights, fitted.intercept, curve, lesson.evidence, limits)


def _has_failed(head: Head, metrics: dict[str, Any]) -> bool:
    measured = metrics.get(head.label, {}).get("wikipedia_sublabels", {}).get("auc")
    return head.evidence == "weak" and measured is not None and measured[0] < WEAKEST


def _sentence(metrics: dict[str, Any]) -> str:
    parts = [f"{source} AUC {found['auc'][0]:.4f}" for source, found in metrics.items() if "auc" in found]
    return ", ".join(parts) or "nothing to examine it on"
