"""Lay out what a run learns from: examples, the part each one plays, and judgements per label.

Three forms of input: the folder of public data, single labelled files, and moderators' decisions.
The folder needs care, because its sources mean different things; a file is taken at its word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.example import Example
from models.labels import LABELS
from training import dataset, distil, sentences, slips, split, weak

Floats = NDArray[np.float64]

TRAIN, VALID, LISTS = "train.csv.gz", "valid.csv.gz", "profanity_severity.csv"
VIDEOS, MESSAGES = "spam_youtube.csv.gz", "spam_sms.csv.gz"
SCORES = "perspective_scores_wikipedia.csv.gz"  # another scorer's opinions, which are nobody's labels
FIT, CALIBRATE, EXAMINE = "fit", "calibrate", "examine"
WIKIPEDIA = frozenset({"jigsaw_wiki", "jigsaw_sublabel_sample", "cat_large_wiki"})
# Sub-labels that people gave here examine and calibrate the weak heads, which never learn from them.
WITNESSES = frozenset({"jigsaw_wiki", "jigsaw_sublabel_sample"})
UNSEEN_VIDEO = "04-Eminem"  # spam is examined on a video nobody learnt from
DECISIONS = "decisions"
# Of whole sources: a decision on the own site counts as much as three public examples; spam by telephone
# reads otherwise than spam in comments.
WEIGHTS = {DECISIONS: 3.0, "SPAM_sms": 0.3}
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

    share: of this part in the whole; the others are weights: people's judgements at the rate at which
    abuse occurs, other domains, our own sentences, a teacher's answers.
    """

    share: float
    natural: float
    auxiliary: float
    own: float
    taught: float


# The toxicity head is the mean of three: each kind of evidence spoils the others a little when all of it
# is fitted at once, and their mean ranks better than any of them, on Wikipedia too (docs/quality.md).
VIEWS = (View(0.2, 1.0, 0.0, 0.0, 0.0), View(0.5, 1.0, 0.3, 1.0, 0.0), View(0.3, 0.0, 0.0, 0.0, 1.0))
PLAIN = (View(1.0, 1.0, 1.0, OWN, 0.0),)


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

    def examined(self) -> list[Example]:
        """Return what is kept back for the examination."""
        return [self.examples[row] for row in self.rows(EXAMINE)]

    def witnesses(self) -> list[Example]:
        """Return comments that people gave sub-labels: they examine the weak heads, which never see them."""
        return [e for e in self.examples if e.source in WITNESSES and len(e.labels) > 1]


def gather(
    path: Path | None,
    labels: Sequence[Path],
    *,
    seed: int,
    most: int | None = None,
    language: str = "en",
) -> Material:
    """Read a folder or a file, and decisions. most: keep at most so many rows (a quick trial).

    language: in which our own sentences are added to a folder of public data.

    Raises ValueError with one sentence if nothing can be learnt from what was given.
    """
    material = Material([], [], {})
    if path is not None:
        material = _from_folder(path, seed, language) if path.is_dir() else _from_file(path, seed)
    if most is not None and len(material.examples) > most:
        chosen = np.sort(np.random.default_rng(seed).choice(len(material.examples), most, replace=False))
        material = replace(
            material,
            examples=[material.examples[at] for at in chosen],
            parts=[material.parts[at] for at in chosen],
        )
    for file in labels:
        decided = [replace(example, source=DECISIONS) for example in dataset.load(file)]
        material.examples.extend(decided)
        material.parts.extend(split.parts(decided, seed=seed, shares={FIT: 0.9, CALIBRATE: 0.1}))
        material.checksums[file.name] = dataset.sha256(file)
    if not material.examples:
        raise ValueError(
            "there is nothing to learn from: give --data, or --labels, with at least one example"
        )
    return _ordered(material)


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
        others = np.flatnonzero(np.isnan(target) & [not _is_made(e) for e in material.examples])
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
        if example.source.startswith((slips.PREFIX, distil.SOURCE)):
            continue
        for label, (target, weight) in weak.judge(example, material.words).items():
            if label not in example.labels:
                found[label][0][row], found[label][1][row] = target, weight
    return found


def _ordered(material: Material) -> Material:
    """Put first what the first view of toxicity learns from, then what the second adds.

    So both learn from a beginning of the matrix, which needs no copy of a gigabyte.
    """
    keys = [
        tuple(_source_weight(example, "toxicity", view) == 0 for view in VIEWS)
        if part == FIT and "toxicity" in example.labels
        else (True,) * len(VIEWS)
        for example, part in zip(material.examples, material.parts, strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return replace(
        material,
        examples=[material.examples[at] for at in order],
        parts=[material.parts[at] for at in order],
    )


def _is_made(example: Example) -> bool:
    """Say whether we made a text ourselves, so that it is no comment that somebody might have sent."""
    return example.source.startswith((sentences.SOURCE, slips.PREFIX, distil.SOURCE))


def _source_weight(example: Example, label: str, view: View) -> float:
    source = example.source.removeprefix(slips.PREFIX)
    if source in WEIGHTS:
        return WEIGHTS[source] * view.natural
    if source.startswith(sentences.SOURCE):
        return 0.0 if source in QUARRELSOME else view.own
    if source == distil.SOURCE:
        return view.taught
    if label != "toxicity" or source not in AUXILIARIES:
        return view.natural
    if example.labels[label] < 0.5 and source in DOUBTFUL:
        return min(DOUBTFUL[source], view.auxiliary)
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


def public(files: Mapping[str, Path], *, seed: int) -> tuple[list[Example], list[str]]:
    """Return the examples of public data that teach or calibrate, and their parts."""
    learn = [e for path in _learnt(files) for e in dataset.load(path)]
    valid = dataset.load(files[VALID]) if VALID in files else []
    learn = [e for e, known in zip(learn, split.shared_groups(valid, learn), strict=True) if not known]
    if VIDEOS in files:
        learn += [e for e in dataset.load(files[VIDEOS], label="spam") if e.thread != UNSEEN_VIDEO]
    shares = {FIT: 0.92, CALIBRATE: 0.08} if valid else split.SHARES
    return learn, split.parts(learn, seed=seed, shares=shares)


def public_files(folder: Path) -> dict[str, Path]:
    """Return what a folder has of the public data. Raises ValueError if there is nothing to learn from."""
    files = {path.name: path for path in sorted(folder.glob("*.csv*")) if path.name != SCORES}
    if not _learnt(files):
        raise ValueError(f"{folder} has no {TRAIN} and no other .csv or .csv.gz to learn from")
    return files


def _from_folder(folder: Path, seed: int, language: str) -> Material:
    files = public_files(folder)
    learn, parts = public(files, seed=seed)
    fit = [example for example, part in zip(learn, parts, strict=True) if part == FIT]
    count = min(sentences.COUNT, len(learn) // OWN_PART)
    made = sentences.examples(seed=seed, count=count, language=language)
    taught = distil.examples(fit)
    made += slips.copies(fit, seed=seed) + taught + slips.copies(taught, seed=seed, shares=slips.EVEN)
    valid = dataset.load(files[VALID]) if VALID in files else []
    if VIDEOS in files:
        valid += [e for e in dataset.load(files[VIDEOS], label="spam") if e.thread == UNSEEN_VIDEO]
    messages = dataset.load(files[MESSAGES], label="spam") if MESSAGES in files else []
    examples = [*learn, *made, *valid, *messages]
    parts += [FIT] * len(made) + [EXAMINE] * len(valid) + split.parts(messages, seed=seed)
    checksums = {name: dataset.sha256(path) for name, path in files.items()}
    return Material(examples, parts, checksums, weak.read_words(files[LISTS]) if LISTS in files else None)


def _learnt(files: Mapping[str, Path]) -> list[Path]:
    """Return train.csv.gz, or else whatever else `training.fetch` has put there."""
    if TRAIN in files:
        return [files[TRAIN]]
    return [path for name, path in files.items() if name not in {VALID, VIDEOS, MESSAGES, LISTS}]
