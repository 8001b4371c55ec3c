"""Which of our values lets as many comments pass as a threshold on Perspective's scale did.

`python -m tests.bench_thresholds ../shared/data/perspective_scores_wikipedia.csv.gz`.
"""

import csv
import gzip
import io
import sys

import numpy as np

from models import artifact

COLUMNS = {
    "toxicity": "TOXICITY@6",
    "insult": "INSULT",
    "profanity": "PROFANITY",
    "sexually_explicit": "SEXUALLY_EXPLICIT",
    "severe_toxicity": "SEVERE_TOXICITY@2",
    "identity_attack": "IDENTITY_ATTACK",
    "threat": "THREAT",
    "spam": "SPAM",
}
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> None:
    """Print a row a label."""
    with gzip.open(sys.argv[1]) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))
    model = artifact.load(artifact.shipped())
    scores = model.score([row["comment_text"] for row in rows])
    for label, column in COLUMNS.items():
        ours = scores[:, model.labels.index(label)]
        theirs = np.array([float(row[column]) for row in rows])
        cells = [_cell(ours, theirs, threshold) for threshold in THRESHOLDS]
        print("|", label, "|", " | ".join(cells), f"| rank correlation {_ranked(ours, theirs):.2f}")


def _cell(ours: np.ndarray, theirs: np.ndarray, threshold: float) -> str:
    above = theirs >= threshold
    value = np.quantile(ours, 1 - above.mean())
    agreed = (above == (ours >= value)).mean()
    return f"{value:.3f} ({above.mean():.1%}, {agreed:.0%})"


def _ranked(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return Spearman's coefficient, ties by their mean rank."""
    ranks = [
        np.searchsorted(np.sort(v), v, "left") + np.searchsorted(np.sort(v), v, "right")
        for v in (ours, theirs)
    ]
    return float(np.corrcoef(*ranks)[0, 1])


if __name__ == "__main__":
    main()
