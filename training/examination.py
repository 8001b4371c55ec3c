"""Put a classifier through everything we have: behaviour, templates, disguises, lengths, sources.

`measure` tells all, for `python -m training evaluate --suites`; `suites` is what of it a manifest keeps,
and what a card is written from. Toxicity only, but for the behaviour suite. Nothing here chooses anything.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from models.classifier import Classifier
from models.example import Example
from training import attacks, behaviour, slices

Say = Callable[[str], None]

LABEL = "toxicity"
SHOWN = 12  # groups of people that a manifest keeps: those that are served worst
IDENTITY_AUCS = ("subgroup", "bpsn", "bnsp")  # see training.slices
MOST = 3000  # texts that are disguised: enough for an AUC to the second digit, two seconds


def suites(classifier: Classifier, examples: Sequence[Example], *, seed: int) -> dict[str, Any]:
    """Return what a manifest keeps of `measure`: one figure for each question, JSON-able."""
    return summary(measure(classifier, examples, seed=seed))


def measure(
    classifier: Classifier,
    examples: Sequence[Example],
    *,
    seed: int,
    say: Say = lambda _: None,
    draws: int = 0,
) -> dict[str, Any]:
    """Return "behaviour", "templates", "slices" and "attacks" with all their figures, JSON-able.

    A part that cannot be had is left out: a classifier without toxicity has the first alone, and
    disguises need judged texts of both kinds. draws: of the bootstrap, for the slices.
    """
    found: dict[str, Any] = {"behaviour": behaviour.run(classifier)}
    say("ran the behaviour suite")
    if LABEL not in classifier.labels:
        return found
    found["templates"] = behaviour.by_template(classifier)
    say("filled the identity templates")
    found["slices"] = slices.examine(classifier, examples, draws=draws, seed=seed)
    say("told lengths and sources apart")
    chosen = disguisable(examples, seed=seed)
    is_toxic = [example.labels[LABEL] >= 0.5 for example in chosen]
    if len(set(is_toxic)) == 2:
        figures = attacks.examine(classifier, [example.text for example in chosen], is_toxic, seed=seed)
        told = {"source": chosen[0].source, "texts": len(chosen), "toxic": sum(is_toxic)}
        found["attacks"] = {**told, "figures": figures}
        say(f"disguised the words of {sum(is_toxic):,} toxic texts in {len(figures) - 1} ways")
    return found


def disguisable(examples: Sequence[Example], *, seed: int) -> list[Example]:
    """Draw at most MOST judged examples of the largest source.

    Of one source, since a mixture's AUC speaks of how sources differ before it speaks of disguises.
    """
    judged = [example for example in examples if LABEL in example.labels]
    source = largest_source(judged)
    judged = [example for example in judged if example.source == source]
    if len(judged) <= MOST:
        return judged
    chosen = np.sort(np.random.default_rng(seed).choice(len(judged), MOST, replace=False))
    return [judged[row] for row in chosen]


def largest_source(examples: Sequence[Example]) -> str:
    """Return the source of most examples, of equals the first by name."""
    counts = Counter(example.source for example in examples)
    return min(counts, key=lambda source: (-counts[source], source), default="")


def served_worst(identities: Mapping[str, Mapping[str, float | None]]) -> list[str]:
    """Return the groups of people, the one with the lowest of its three AUCs first."""

    def lowest(term: str) -> float:
        return min(value for name in IDENTITY_AUCS if (value := identities[term][name]) is not None)

    return sorted(identities, key=lambda term: (lowest(term), term))


def summary(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures that a manifest keeps of what `measure` found."""
    overall = found["behaviour"]["overall"]
    kept: dict[str, Any] = {
        name: overall[name] for name in ("hate_auc", "person_auc", "identity_neutral", "identity_positive")
    }
    kept["behaviour"] = {name: group["share"] for name, group in found["behaviour"]["groups"].items()}
    if "templates" in found:
        kept["templates"] = _templates(found["templates"])
        kept["lengths"] = {name: _slice(figures) for name, figures in found["slices"]["length"].items()}
    if "attacks" in found:
        kept["evasion"] = _evasion(found["attacks"])
    return kept


def _templates(found: Mapping[str, Any]) -> dict[str, Any]:
    worst = served_worst(found["identities"])[:SHOWN]
    lowest = {term: {name: found["identities"][term][name] for name in IDENTITY_AUCS} for term in worst}
    told = {name: found[name] for name in ("texts", "auc", "false_alarms", "misses")}
    return {**told, "groups": len(found["identities"]), "lowest": lowest}


def _slice(figures: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: figures[name][0] for name in ("auc", "ap", "ece") if name in figures}
    return {"examples": figures["examples"], "positives": figures["positives"], **values}


def _evasion(found: Mapping[str, Any]) -> dict[str, Any]:
    figures = found["figures"]
    aucs = {name: figures[name]["listed"]["auc"] for name in figures if name != "clean"}
    told = {name: found[name] for name in ("source", "texts", "toxic")}
    return {**told, "auc": {"clean": figures["clean"]["auc"], **aucs}}
