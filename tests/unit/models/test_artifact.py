"""The four locks: a model folder that is not exactly what was trained is refused, and says why."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import artifact
from models.artifact import ArtifactError
from models.classifier import Classifier
from models.golden import GOLDEN

Change = Callable[[dict[str, Any]], None]


def renamed(folder: Path, change: Change, place: Path) -> Path:
    """Copy a model with a changed manifest, and give the copy the name that fits it."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    change(manifest)
    raw = json.dumps(manifest).encode()
    copy = place / f"generated-{hashlib.sha256(raw).hexdigest()[:12]}"
    shutil.copytree(folder, copy)
    (copy / "manifest.json").write_bytes(raw)
    return copy


def test_what_was_saved_is_what_is_loaded(folder: Path, classifier: Classifier) -> None:
    assert classifier.model_id == folder.name
    assert re.fullmatch(r"generated-[0-9a-f]{12}", folder.name)
    found = classifier.score(GOLDEN)
    assert np.allclose(found, classifier.manifest["golden"]["scores"], atol=1e-6)
    assert classifier.manifest["limits_are"] == "uncertified"


def test_a_changed_weight_fails_the_checksum(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    raw = bytearray((copy / "weights.npz").read_bytes())
    raw[len(raw) // 2] ^= 1
    (copy / "weights.npz").write_bytes(raw)
    with pytest.raises(ArtifactError, match=r"^Checksum: .*weights\.npz"):
        artifact.load(copy)


def test_truncated_weights_fail_the_checksum(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    (copy / "weights.npz").write_bytes((copy / "weights.npz").read_bytes()[:1000])
    with pytest.raises(ArtifactError, match=r"^Checksum: "):
        artifact.load(copy)


def test_a_changed_manifest_fails_the_checksum(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    text = (copy / "manifest.json").read_text("utf-8")
    (copy / "manifest.json").write_text(text.replace("human", "weak "), encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"^Checksum: .*manifest\.json"):
        artifact.load(copy)


def test_features_of_another_version_fail_the_fingerprint(folder: Path, tmp_path: Path) -> None:
    copy = renamed(folder, lambda manifest: manifest["golden"].update(fingerprint="0" * 64), tmp_path)
    with pytest.raises(ArtifactError, match=r"^Fingerprint: "):
        artifact.load(copy)


def test_other_scores_fail_the_golden_scores(folder: Path, tmp_path: Path) -> None:
    def shift(manifest: dict[str, Any]) -> None:
        manifest["golden"]["scores"][0][0] += 0.01

    with pytest.raises(ArtifactError, match=r"^Golden scores: "):
        artifact.load(renamed(folder, shift, tmp_path))


def test_a_future_format_is_refused_by_its_number(folder: Path, tmp_path: Path) -> None:
    copy = renamed(folder, lambda manifest: manifest.update(format=3), tmp_path)
    with pytest.raises(ArtifactError, match=r"^Format: .* has format 3, this version reads format 2"):
        artifact.load(copy)


@pytest.mark.parametrize("missing", ["ngrams", "golden", "labels", "limits", "folds", "evidence"])
def test_a_manifest_that_lacks_something_is_refused(folder: Path, tmp_path: Path, missing: str) -> None:
    copy = renamed(folder, lambda manifest: manifest.pop(missing), tmp_path)
    with pytest.raises(ArtifactError, match=f"^Format: .*{missing}"):
        artifact.load(copy)


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "bert-base"
    foreign.mkdir()
    (foreign / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"^Format: bert-base is not named"):
        artifact.load(foreign)


def test_a_manifest_that_is_not_json_is_refused(tmp_path: Path) -> None:
    raw = b"\x80\x04 not json"
    foreign = tmp_path / f"other-{hashlib.sha256(raw).hexdigest()[:12]}"
    foreign.mkdir()
    (foreign / "manifest.json").write_bytes(raw)
    with pytest.raises(ArtifactError, match=r"^Format: .* is not a manifest of ours"):
        artifact.load(foreign)


def test_pickled_arrays_are_never_unpickled(folder: Path, tmp_path: Path) -> None:
    with np.load(folder / "weights.npz") as arrays:
        kept = dict(arrays)
    kept["intercepts"] = np.array([print], dtype=object)
    np.savez(tmp_path / "weights.npz", **kept)
    sha = hashlib.sha256((tmp_path / "weights.npz").read_bytes()).hexdigest()
    copy = renamed(folder, lambda manifest: manifest.update(weights_sha256=sha), tmp_path)
    shutil.copy(tmp_path / "weights.npz", copy / "weights.npz")
    with pytest.raises(ArtifactError, match=r"^Format: "):
        artifact.load(copy)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"^Format: .*manifest\.json cannot be read"):
        artifact.load(tmp_path / "none-000000000000")


def test_serving_imports_neither_scikit_learn_nor_scipy() -> None:
    code = (
        "import sys; from models import artifact, classifier, example; "
        "artifact.load(artifact.shipped()).score(['hello']); "
        "print(sorted({'sklearn', 'scipy', 'training', 'confusable_homoglyphs'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_loading_the_shipped_model_takes_a_moment_only() -> None:
    took = []
    for _ in range(3):
        begun = time.process_time()
        artifact.load(artifact.shipped())
        took.append(time.process_time() - begun)
    assert min(took) < 0.15  # seconds; 0.05 is promised on a quiet machine
