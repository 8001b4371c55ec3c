"""What others' classifiers cost, each measured in a process of its own: `python -m tests.bench_rivals NAME`.

`install` fetches the one that is not among our dependencies. The exit code says whether that, or the
measurement, could be done.
"""

import importlib
import json
import random
import shutil
import subprocess
import sys
import tomllib
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from tests.bench_comments import comments
from tests.bench_measure import Score, cost

NAMES = ("scikit-learn pipeline, 8 labels", "alt-profanity-check, 1 label")
LABELS = 8
LEARN = 400  # comments; what a model costs does not depend on how well it was taught
SINGLES, BATCH = 300, 1000
PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def pipeline(learn: int = LEARN, *, seed: int = 0) -> Any:
    """Return scikit-learn's own way to do what we do: the same n-grams, weighted, one head a label."""
    counted = partial(HashingVectorizer, norm=None, alternate_sign=False)
    chars = counted(analyzer="char", ngram_range=(2, 4), n_features=1 << 18)
    words = counted(ngram_range=(1, 2), n_features=1 << 17)
    head = SGDClassifier(loss="log_loss", max_iter=3, tol=None, random_state=seed)
    made = make_pipeline(
        make_union(chars, words), TfidfTransformer(sublinear_tf=True), OneVsRestClassifier(head)
    )
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    # Every label is on some comments and not on others, whatever is drawn.
    targets = [[at % LABELS == label or rng.random() < 0.1 for label in range(LABELS)] for at in range(learn)]
    return made.fit(comments(learn, seed=seed), targets)


def scorer(name: str) -> Score:
    """Return a function from texts to probabilities. Raises ImportError if it is not installed."""
    if name == NAMES[0]:
        made: Score = pipeline().predict_proba
        return made
    found: Score = importlib.import_module("profanity_check").predict_prob
    return found


def measure(name: str, singles: int = SINGLES, batch: int = BATCH) -> dict[str, Any]:
    """Return the cost of a rival as JSON's types."""
    texts = comments(max(singles, batch), seed=1)
    return asdict(cost(name, scorer(name), texts[:singles], texts[:batch]))


def install() -> int:
    """Install the extra `bench` without its dependencies: they would move ours from their lock."""
    wanted = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["optional-dependencies"]["bench"]
    uv = shutil.which("uv")
    own = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--retries=1"]
    pip = [uv, "pip", "install", "--python", sys.executable] if uv else own
    return subprocess.run([*pip, "--quiet", "--no-deps", *wanted], check=False).returncode


if __name__ == "__main__":
    if sys.argv[1] == "install":
        sys.exit(install())
    print(json.dumps(measure(sys.argv[1])))
