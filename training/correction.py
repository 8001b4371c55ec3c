"""Continue from a trained model with moderators' decisions alone: seconds, and nothing is forgotten.

The base keeps its weights, curve and limits; a correction with a strong prior is added to them.
Labels that the base does not have are not invented from a few decisions.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import artifact
from models.classifier import Classifier, Head
from training import evaluate, heads
from training.material import CALIBRATE, Material, gather, judgements
from training.recipe import RECIPES, Plan, Say, tools
from training.vectorise import NgramVectorizer

ENOUGH_TO_HOLD = 500  # decisions: a tenth of them then gives an AUC to within about five hundredths


def fit(plan: Plan, say: Say) -> Path:
    """Add what the decisions teach to the base model, and return the new folder.

    Raises ValueError with a sentence if there is nothing to learn, ArtifactError if the base is bad.
    """
    if plan.base is None:
        raise ValueError("a correction needs --base")
    base = artifact.load(plan.base)
    material = gather(plan.data if plan.data and plan.data.is_file() else None, plan.labels, seed=plan.seed)
    say(f"read {len(material.examples):,} examples, continuing from {base.model_id}")
    corrected = [_corrected(base, column, material, say) for column in range(len(base.labels))]
    if all(new is old for new, old in zip(corrected, base.heads, strict=True)):
        raise ValueError(f"none of the labels given is one that {base.model_id} has")
    held = [material.examples[row] for row in material.rows(CALIBRATE)]
    metrics = (
        evaluate.examine(Classifier(corrected, base.ngrams), held, draws=RECIPES[plan.recipe].draws)
        if held
        else {}
    )
    manifest = {**_description(plan, base, material), "metrics": metrics}
    return artifact.save(
        corrected, base.ngrams, manifest, plan.out, name=plan.name, folds=base.manifest["folds"]
    )


def _corrected(base: Classifier, column: int, material: Material, say: Say) -> Head:
    head = base.heads[column]
    target, weight = judgements(material, head.label)
    weight[_held(material)] = 0.0
    learnt = np.flatnonzero(np.isfinite(target) & (weight > 0))
    if not len(learnt):
        return head
    texts = [material.examples[row].text for row in learnt]
    ngrams, fold = base.ngrams, base.manifest["folds"][head.label]
    rows = NgramVectorizer(char_bits=ngrams.char_bits, word_bits=ngrams.word_bits).transform(texts)
    margins = rows @ head.weights + head.intercept
    delta = heads.correct(heads.fold_rows(rows, fold), margins, target[learnt], weight[learnt])
    weights = artifact.folded(head.weights + heads.unfold(delta.weights, fold), fold)
    say(f"corrected {head.label} with {len(learnt):,} decisions")
    return replace(head, weights=weights, intercept=head.intercept + delta.intercept)


def _held(material: Material) -> NDArray[np.intp]:
    """Return the decisions that only examine; when there are few, each one is needed for learning."""
    return material.rows(CALIBRATE) if len(material.examples) >= ENOUGH_TO_HOLD else np.empty(0, np.intp)


def _description(plan: Plan, base: Classifier, material: Material) -> dict[str, Any]:
    return {
        "base": base.model_id,
        "languages": base.manifest.get("languages", ["en"]),
        "base_metrics": base.manifest.get("metrics", {}),
        "recipe": {"seed": plan.seed, "prior": heads.PRIOR, "sources": {"decisions": len(material.examples)}},
        "data": material.checksums,
        "limits_are": "uncertified",
        "tools": tools(),
    }
