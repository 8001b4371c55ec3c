"""The folder in which a trained model travels, and the four locks that it must pass to be loaded.

<name>-<12 hex>/manifest.json, weights.npz, CARD.md (for people; not read here). The hex is the
checksum of the manifest, which holds the checksum of the weights: a name stands for one content.

Locks: format and version, checksum, fingerprint of the features, golden scores. Nothing is unpickled.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.calibration import Curve
from models.classifier import Classifier, Head, Limits
from models.features import EXTRAS, Ngrams
from models.golden import GOLDEN, fingerprint

FORMAT = 2
TOLERANCE = 1e-3  # of a golden score: other processors round differently in the last digits
NAME = re.compile(r"[a-z0-9][a-z0-9_]*(?:-[a-z0-9_]+)*-([0-9a-f]{12})")
SHIPPED = Path(__file__).parent / "shipped"


class ArtifactError(Exception):
    """A model folder that must not be used; the sentence names the lock that failed."""


def shipped() -> Path:
    """Return the one folder in models/shipped/. Raises ArtifactError if there is none, or a choice."""
    found = sorted(path for path in SHIPPED.glob("*") if (path / "manifest.json").is_file())
    if len(found) != 1:
        raise ArtifactError(
            f"Format: models/shipped must hold exactly one model folder, it holds {len(found)}."
        )
    return found[0]


def load(folder: Path) -> Classifier:
    """Return the classifier of a folder. Raises ArtifactError with one sentence."""
    manifest = _manifest(folder, _bytes(folder / "manifest.json"))
    weights = _bytes(folder / "weights.npz")
    if hashlib.sha256(weights).hexdigest() != manifest.get("weights_sha256"):
        raise ArtifactError(f"Checksum: {folder.name}/weights.npz is not the file that its manifest names.")
    try:
        ngrams = Ngrams(**manifest["ngrams"])
        classifier = Classifier(
            _heads(manifest, weights, ngrams), ngrams, model_id=folder.name, manifest=manifest
        )
        wanted, tolerance = manifest["golden"]["fingerprint"], float(manifest["golden"]["tolerance"])
        scores = np.array(manifest["golden"]["scores"])
    except (KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile) as reason:
        raise ArtifactError(
            f"Format: {folder.name} is not what format {FORMAT} says ({reason!r})."
        ) from reason
    if wanted != fingerprint(ngrams):
        raise ArtifactError(f"Fingerprint: {folder.name} was trained with other features than these.")
    found = classifier.score(GOLDEN)
    if found.shape != scores.shape or not np.all(np.abs(found - scores) <= tolerance):
        raise ArtifactError(f"Golden scores: {folder.name} scores its own golden texts differently here.")
    return classifier


def save(
    heads: Sequence[Head],
    ngrams: Ngrams,
    told: Mapping[str, Any],
    parent: Path,
    *,
    name: str,
    folds: Mapping[str, int],
) -> Path:
    """Write a model folder under `parent` and return it.

    told: what training wants the manifest to say; the fields that the locks need are added here.
    folds: label -> power of two by which the head was folded (see `folded`).
    Raises ValueError for a name that is not lower-case letters, digits, hyphens.
    """
    weights = _packed(heads, folds)
    manifest = {
        **told,
        **_locked(heads, ngrams),
        "name": name,
        "folds": dict(folds),
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    raw = (json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
    folder = parent / f"{name}-{hashlib.sha256(raw).hexdigest()[:12]}"
    if not NAME.fullmatch(folder.name):
        raise ValueError(f"{name!r} cannot name a model: lower-case letters, digits and hyphens only")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.npz").write_bytes(weights)
    (folder / "manifest.json").write_bytes(raw)
    return folder


def _locked(heads: Sequence[Head], ngrams: Ngrams) -> dict[str, Any]:
    """Return the part of a manifest that loading relies on."""
    classifier = Classifier(heads, ngrams)
    scores = classifier.score(GOLDEN).astype(float).round(6).tolist()
    return {
        "format": FORMAT,
        "ngrams": {
            "char_bits": ngrams.char_bits,
            "word_bits": ngrams.word_bits,
        },
        "labels": list(classifier.labels),
        "evidence": dict(classifier.evidence),
        "limits": {h.label: {"queue": h.limits.queue, "reject": h.limits.reject} for h in heads},
        "golden": {"fingerprint": fingerprint(ngrams), "scores": scores, "tolerance": TOLERANCE},
    }


def folded(weights: NDArray[Any], fold: int) -> NDArray[np.float32]:
    """Return weights as a saved head has them: float16, one for each `fold` neighbouring n-grams.

    A thin label needs fewer buckets; extras are never folded. Shape (features,), float32.
    """
    grams, extras = weights[: -len(EXTRAS)], weights[-len(EXTRAS) :]
    means = grams.reshape(-1, fold).mean(axis=1).astype(np.float16).astype(np.float32)
    return np.append(np.repeat(means, fold), extras.astype(np.float16).astype(np.float32))


def _packed(heads: Sequence[Head], folds: Mapping[str, int]) -> bytes:
    arrays: dict[str, NDArray[Any]] = {"intercepts": np.array([head.intercept for head in heads])}
    for head in heads:
        fold = folds[head.label]
        arrays[f"{head.label}.grams"] = head.weights[: -len(EXTRAS) : fold].astype(np.float16)
        arrays[f"{head.label}.extras"] = head.weights[-len(EXTRAS) :].astype(np.float16)
        arrays[f"{head.label}.curve"] = head.curve.probabilities
    buffer = io.BytesIO()
    # Not compressed: float16 weights shrink by 4 % and would take 20 ms more to read.
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # numpy types **kwds as bool
    return buffer.getvalue()


def _heads(manifest: Mapping[str, Any], weights: bytes, ngrams: Ngrams) -> list[Head]:
    heads = []
    with np.load(io.BytesIO(weights), allow_pickle=False) as arrays:
        for label, intercept in zip(manifest["labels"], arrays["intercepts"], strict=True):
            whole = np.empty(ngrams.size, np.float32)
            whole[: -len(EXTRAS)].reshape(-1, manifest["folds"][label])[:] = arrays[f"{label}.grams"][:, None]
            whole[-len(EXTRAS) :] = arrays[f"{label}.extras"]
            curve = Curve(arrays[f"{label}.curve"])
            limits = Limits(**manifest["limits"][label])
            heads.append(Head(label, whole, float(intercept), curve, manifest["evidence"][label], limits))
    return heads


def _manifest(folder: Path, raw: bytes) -> dict[str, Any]:
    named = NAME.fullmatch(folder.name)
    if not named:
        raise ArtifactError(
            f"Format: {folder.name} is not named <name>-<12 hex digits>, so it is not one of our models."
        )
    if hashlib.sha256(raw).hexdigest()[:12] != named[1]:
        raise ArtifactError(
            f"Checksum: {folder.name}/manifest.json is not the one that the folder is named after."
        )
    try:
        manifest = json.loads(raw)
        version = manifest["format"]
    except (ValueError, KeyError, TypeError) as reason:
        raise ArtifactError(f"Format: {folder.name}/manifest.json is not a manifest of ours.") from reason
    if version != FORMAT:
        raise ArtifactError(
            f"Format: {folder.name} has format {version!r}, this version reads format {FORMAT}."
        )
    return dict(manifest)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        raise ArtifactError(
            f"Format: {path.parent.name}/{path.name} cannot be read ({reason.strerror})."
        ) from reason
