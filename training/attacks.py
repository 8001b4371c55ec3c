"""The evasion suite: how well does a classifier hold when writers disguise their words?

Only toxic texts are disguised, the others stay as they are: a writer who has nothing to hide does not
hide. Which words: those that the model itself finds strongest (the worst case for it), and LISTED, which
owes the model nothing. The same seed and text give the same disguise, whatever other texts there are.

Never for fitting: what a model has seen here it can no longer be examined with.
"""

import random
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from models.classifier import Classifier
from training.disguises import DISGUISES, Disguise

ATTACKS = DISGUISES
FALSE_ALARMS = 0.05  # of the texts that are not toxic, at the threshold at which recall is measured
SHORTEST = 3  # letters; a shorter word has no inside to disguise
WORD = re.compile(rf"[^\W_]{{{SHORTEST},}}")
LISTED = frozenset(
    """
    arse arsehole ass asshole asshat asswipe badass bastard bellend bimbo bitch blockhead bollocks bonehead
    brainless bugger bullshit bum chav chickenshit chink clown cock cocksucker coon coward crackhead crap
    creep cretin crook cuck cum cunt damn dick dickhead dimwit dipshit disgusting dork douche douchebag dumb
    dumbass dyke fag faggot fatso filth filthy fool fraud freak fuck fucked fucker fucktard fuckwit git
    goddamn gook halfwit hag hell hoe homo horseshit hypocrite idiot idiotic imbecile jackass jerk junkie
    kike knobhead lame liar loser lowlife lunatic maggot miserable moron moronic motherfucker muppet
    nazi negro nigga nigger nitwit nutjob nutter paki pansy parasite pathetic pervert pig piss pissed poof
    prat prick psycho pussy retard retarded rotten scum scumbag shit shite shithead shitty
    simpleton skank slag slut snake spastic spic stupid suck sucker swine thug tosser towelhead tranny trash
    troll turd twat twit vermin wacko wanker weirdo wetback whore wimp worthless
    """.split()  # noqa: SIM905 - a word list reads better as one
)
ENDINGS = ("s", "es", "ed", "er", "ers", "ing", "in", "y")


def listed_words(text: str) -> list[str]:
    """Return the words of `text` that LISTED has, with the usual endings, each once, as written."""
    return [word for word in dict.fromkeys(WORD.findall(text)) if _is_listed(word.lower())]


def strongest_words(classifier: Classifier, text: str, label: str = "toxicity", *, top: int = 3) -> list[str]:
    """Return at most `top` words that speak most for `label` by the model's own account, strongest first.

    Raises KeyError for a label that the model does not have.
    """
    found = classifier.explain(text, label, top=4 * top)  # some are emoji, or too short
    words = [word for span in found for word in WORD.findall(text[span.begin : span.end])]
    return list(dict.fromkeys(words))[:top]


def attack(text: str, words: Collection[str], disguise: Disguise, *, seed: int) -> str:
    """Return `text` with every occurrence of `words` disguised in place: whole words, in any case."""
    if not words:
        return text
    rng = random.Random(f"{seed} ".encode() + text.encode("utf-8", "surrogatepass"))  # noqa: S311 - a sample
    choice = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    pattern = re.compile(rf"(?<![^\W_])(?:{choice})(?![^\W_])", re.IGNORECASE)
    return pattern.sub(lambda match: disguise(match[0], rng), text)


def examine(
    classifier: Classifier,
    texts: Sequence[str],
    is_toxic: Sequence[bool] | NDArray[np.bool_],
    *,
    seed: int,
    attacks: Mapping[str, Disguise] = ATTACKS,
    label: str = "toxicity",
) -> dict[str, Any]:
    """Return `clean` -> figures, and attack -> `listed` and `strongest` -> figures.

    Figures are shares: auc, ap, recall (at the threshold that gives FALSE_ALARMS on the clean texts)
    and, for attacks, changed (of the toxic texts). Raises ValueError unless there are texts of both kinds.
    """
    toxic = np.asarray(is_toxic, dtype=np.bool_)
    if toxic.all() or not toxic.any():
        raise ValueError("Attacks are measured on toxic texts among others; here is only one kind.")
    column = classifier.labels.index(label)
    clean = classifier.margins(texts)[:, column]
    targets = [text for text, chosen in zip(texts, toxic, strict=True) if chosen]
    words = {
        "listed": [listed_words(text) for text in targets],
        "strongest": [strongest_words(classifier, text, label) for text in targets],
    }
    found: dict[str, Any] = {"clean": _figures(clean[~toxic], clean[toxic])}
    for name, disguise in attacks.items():
        found[name] = {}
        for choice, chosen in words.items():
            hidden = [attack(*pair, disguise, seed=seed) for pair in zip(targets, chosen, strict=True)]
            figures = _figures(clean[~toxic], classifier.margins(hidden)[:, column])
            changed = np.mean([a != b for a, b in zip(targets, hidden, strict=True)])
            found[name][choice] = {**figures, "changed": round(float(changed), 4)}
    return found


def _figures(others: NDArray[np.float64], toxic: NDArray[np.float64]) -> dict[str, float]:
    """Return the figures of two sets of margins."""
    is_yes = np.repeat([False, True], [len(others), len(toxic)])
    margins = np.concatenate([others, toxic])
    threshold = np.quantile(others, 1 - FALSE_ALARMS)
    return {
        "auc": round(float(roc_auc_score(is_yes, margins)), 4),
        "ap": round(float(average_precision_score(is_yes, margins)), 4),
        "recall": round(float(np.mean(toxic > threshold)), 4),
    }


@cache
def _is_listed(word: str) -> bool:
    stems = [word, *(word.removesuffix(ending) for ending in ENDINGS)]
    doubled = [stem[:-1] for stem in stems if stem[-2:-1] == stem[-1:]]  # "shitting"
    return not LISTED.isdisjoint([*stems, *doubled])
