"""Lay out what a run learns from: examples, the part each one plays, and judgements per label.

Three forms of input: the folder of public data, single labelled files, and moderators' decisions.
The folder needs care, because its sources mean different things; a file is taken at its word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.example import Example
from models.labels import LABELS
from training import dataset, sentences, split, weak

Floats = NDArray[np.float64]

FIT, CALIBRATE, EXAMINE = "fit", "calibrate", "examine"
WIKIPEDIA = frozenset({"jigsaw_wiki", "jigsaw_sublabel_sample", "cat_large_wiki"})
# Sub-labels that people gave here examine and calibrate the weak heads, which never learn from them.
WITNESSES = frozenset({"jigsaw_wiki", "jigsaw_sublabel_sample"})
UNSEEN_VIDEO = "04-Eminem"  # spam is examined on a video nobody learnt from
DECISION = 3.0  # a decision on the own site counts as much as three public examples
OWN = 0.3  # weight of our own sentences for labels that have one view only
OWN_PART = 4  # at most one sentence of our own to so many of people
DOUBTFUL = {"edos": 0.02, "stormfront_vicomtech": 0.1}  # their 0 means "not sexist", "not hate"; not "kind"
# Our kinds that news readers judge otherwise: a "stupid idea" is toxic to them, and ranks so elsewhere.
QUARRELSOME = frozenset({"sentences/object_abuse", "sentences/hate_thing"})
# Comments that nobody called spam: one in twenty, lightly. All of them drown the spam (docs/quality.md).
NOT_SPAM, NOT_SPAM_EVERY = 0.1, 20


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the material, from which one part of a head is learnt.

    share: of this part in the whole; auxiliary, own: weights of other domains and of our own sentences.
    """

    share: float
    auxiliary: float
    own: float


# The toxicity head is the mean of three: each kind of evidence spoils the others a little when all of it
# is fitted at once, and their mean ranks better than any of them, on Wikipedia too (docs/quality.md).
VIEWS = (View(0.4, 0.0, 0.0), View(0.2, 0.3, 0.0), View(0.4, 0.3, 1.0))
PLAIN = (View(1.0, 1.0, OWN),)


@dataclass(frozen=True, slots=True)
class Material:
    """examples and their parts; checksums: file name -> sha256 of what was read."""

    examples: list[Example]
    parts: list[str]
    checksums: dict[str, str]
    words: weak.Words | None = None

    def rows(self, part: str) -> NDArray[np.intp]:
        """Return the positions of the examples that play `part`."""
        return np.flatnonzero(np.array(self.parts) == part)


def gather(path: Path | None, labels: Sequence[Path], *, seed: int, most: int | None = None) -> Material:
    """Read a folder or a file, and decisions. most: keep at most so many rows (a quick trial).

    Raises ValueError with one sentence if nothing can be learnt from what was given.
    """
    material = Material([], [], {})
    if path is not None:
        material = _from_folder(path, seed) if path.is_dir() else _from_file(path, seed)
    if most is not None and len(material.examples) > most:
        chosen = np.sort(np.random.default_rng(seed).choice(len(material.examples), most, replace=False))
        material = replace(
            material,
            examples=[material.examples[at] for at in chosen],
            parts=[material.parts[at] for at in chosen],
        )
    for file in labels:
        decided = [replace(example, source="decisions") for example in dataset.load(file)]
        material.examples.extend(decided)
        material.parts.extend(split.parts(decided, seed=seed, shares={FIT: 0.9, CALIBRATE: 0.1}))
        material.checksums[file.name] = dataset.sha256(file)
    if not material.examples:
        raise ValueError(
            "there is nothing to learn from: give --data, or --labels, with at least one example"
        )
    return material


def judgements(material: Material, label: str, view: View = PLAIN[0]) -> tuple[Floats, Floats]:
    """Return target (NaN: nobody knows) and weight of every example for one label, in one view."""
    target = np.array([example.labels.get(label, np.nan) for example in material.examples])
    weight = np.array(
        [
            example.weight / example.probability * _source_weight(example, label, view)
            if label in example.labels
            else 0.0
            for example in material.examples
        ]
    )
    if label == "spam" and material.words is not None:
        others = np.flatnonzero(np.isnan(target))
        others = others[others % NOT_SPAM_EVERY == 0]
        target[others], weight[others] = 0.0, NOT_SPAM
    return target, weight


def weak_judgements(material: Material) -> dict[str, tuple[Floats, Floats]]:
    """Return what word lists and phrases say on the examples that are there to learn from."""
    found = {
        label: (np.full(len(material.examples), np.nan), np.zeros(len(material.examples))) for label in LABELS
    }
    if material.words is None:
        return found
    for row in material.rows(FIT):
        example = material.examples[row]
        if example.source in WITNESSES and len(example.labels) > 1:
            continue
        for label, (target, weight) in weak.judge(example, material.words).items():
            if label not in example.labels:
                found[label][0][row], found[label][1][row] = target, weight
    return found


def _source_weight(example: Example, label: str, view: View) -> float:
    if example.source == "decisions":
        return DECISION
    if example.source.startswith(sentences.SOURCE):
        return 0.0 if example.source in QUARRELSOME else view.own
    if label != "toxicity" or example.source not in AUXILIARIES:
        return 1.0
    if example.labels[label] < 0.5 and example.source in DOUBTFUL:
        return min(DOUBTFUL[example.source], view.auxiliary)
    return view.auxiliary


AUXILIARIES = frozenset(
    {
        "civil_toxicspans",
        "davidson",
        "paradetox",
        "hatemoji_build",
        "convabuse",
        "stormfront_vicomtech",
        "edos",
    }
)


def _from_file(path: Path, seed: int) -> Material:
    examples = dataset.load(path)
    return Material(examples, split.parts(examples, seed=seed), {path.name: dataset.sha256(path)})


def _from_folder(folder: Path, seed: int) -> Material:
    files = [
        folder / name for name in ("train.csv.gz", "valid.csv.gz", "spam_youtube.csv.gz", "spam_sms.csv.gz")
    ]
    lists = folder / "profanity_severity.csv"
    if missing := [file.name for file in [*files, lists] if not file.is_file()]:
        raise ValueError(f"{folder} lacks {', '.join(missing)}; give a single .csv or .jsonl file instead")
    learn, valid = dataset.load(files[0]), dataset.load(files[1])
    learn = [e for e, known in zip(learn, split.shared_groups(valid, learn), strict=True) if not known]
    videos, messages = dataset.load(files[2], label="spam"), dataset.load(files[3], label="spam")
    unseen = [e for e in videos if e.thread == UNSEEN_VIDEO]
    learn += [e for e in videos if e.thread != UNSEEN_VIDEO]
    parts = split.parts(learn, seed=seed, shares={FIT: 0.92, CALIBRATE: 0.08})
    own = sentences.examples(seed=seed, count=min(sentences.COUNT, len(learn) // OWN_PART))
    examples = [*learn, *valid, *unseen, *messages, *own]
    parts += [EXAMINE] * (len(valid) + len(unseen)) + split.parts(messages, seed=seed) + [FIT] * len(own)
    checksums = {file.name: dataset.sha256(file) for file in [*files, lists]}
    return Material(examples, parts, checksums, weak.read_words(lists))
