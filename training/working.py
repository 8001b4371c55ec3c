"""Show how a score is made, step by step, with the numbers of one text: what models/README.md quotes."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from models import explain
from models.classifier import Classifier
from models.text import normalise


def steps(classifier: Classifier, text: str, label: str) -> Iterator[str]:
    """Yield lines of Markdown: normalised text, n-grams, the parts of the margin, the probability.

    Raises ValueError for a label that the classifier does not have.
    """
    if label not in classifier.labels:
        raise ValueError(f"{classifier.model_id} has no label {label}; it has {', '.join(classifier.labels)}")
    column = classifier.labels.index(label)
    head, clean, row = classifier.heads[column], normalise(text), classifier.ngrams([text])
    extras = float(row.extras[0] @ head.weights[classifier.ngrams.extras_from :])
    margin = float(classifier.margins([text])[0, column])
    probability = float(classifier.score([text])[0, column])
    yield f"`{classifier.model_id}`, {label}, of: {text}\n"
    yield "| step | what comes out |\n|---|---|"
    yield f"| normalise | {_cell(clean.text)} |"
    yield f"| disguises undone | {clean.repairs} |"
    yield f"| different n-grams | {len(row.indices)} |"
    for word, weight in words(classifier, text, label):
        yield f'| the n-grams of "{_cell(word)}" add | {weight:+.2f} |'
    yield f"| what was counted (disguises, capitals, links, length) adds | {extras:+.2f} |"
    yield f"| every text begins with | {head.intercept:+.2f} |"
    yield f"| together: the margin, in log-odds | {margin:+.2f} |"
    yield f"| calibrated: the probability | {probability:.3f} |"


def words(classifier: Classifier, text: str, label: str) -> list[tuple[str, float]]:
    """Return each normalised word and what it adds to the margin; a blank goes to the word before it."""
    clean = normalise(text)
    weights = classifier.heads[classifier.labels.index(label)].weights
    shares = explain.contributions(text, clean, weights, classifier.ngrams)
    number = np.cumsum([char == " " for char in clean.text]) - [char == " " for char in clean.text]
    found = []
    for _, places in groupby(range(len(clean.text)), key=lambda at: number[at]):
        at = list(places)
        found.append((clean.text[at[0] : at[-1] + 1].strip(), float(shares[at].sum())))
    return found


def _cell(text: str) -> str:
    """Return a text that a Markdown table shows as it is, in one cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|")
