"""What a policy means for people: facts that a page can say in plain words.

Pure: resolved rules in, facts out. Limits are left out unless the policy shows them, for they would tell
how to stay just below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .policy import PHRASES, Rules

Part = Literal["refuses", "holds", "advises"]

# In words of readers: what the labels were learnt to mean.
_MEANINGS = {
    "toxicity": "rude, disrespectful or hateful, so that others would leave the conversation",
    "severe_toxicity": "full of hatred, beyond a harsh word",
    "insult": "scorn or name-calling at a person",
    "profanity": "swear words and other coarse language",
    "threat": "the wish or the plan to hurt somebody",
    "identity_attack": "scorn for people because of origin, faith, sex, love, disability or the like",
    "sexually_explicit": "sexual acts or bodies, in lewd words",
    "spam": "advertising, or the same words everywhere",
}
_NAMES = {
    "ar": "Arabic",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "nb": "Norwegian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
}


@dataclass(frozen=True, slots=True)
class Category:
    """One thing that the classifier looks for, and what it may do about it. Limits only where shown."""

    label: str
    phrase: str
    meaning: str
    part: Part
    queue: float | None = None
    reject: float | None = None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One version of a policy as readers may know it."""

    categories: tuple[Category, ...]
    languages: tuple[str, ...]  # by name; empty: there is no classifier, and people read everything
    has_banned: bool
    has_suspect: bool
    reads_newcomers: bool
    hides_reported: bool
    shows_limits: bool
    links_queue: int
    repeats_queue: int
    newcomers_queue: int

    def of(self, part: Part) -> tuple[Category, ...]:
        """Return the categories in which the classifier has this part."""
        return tuple(each for each in self.categories if each.part == part)


def rulebook(rules: Rules, written: Mapping[str, Any]) -> Rulebook:
    """Read a rulebook off resolved rules. written: the version as it is stored."""
    shows_limits = bool(written.get("shows_limits"))
    return Rulebook(
        categories=tuple(_categories(rules, shows_limits=shows_limits)),
        languages=tuple(sorted(_NAMES.get(code, code) for code in rules.languages)),
        has_banned=bool(written.get("banned")),
        has_suspect=bool(written.get("suspect")),
        reads_newcomers=rules.newcomers_queue > 0,
        hides_reported=rules.reports_hide is not None,
        shows_limits=shows_limits,
        links_queue=rules.links_queue,
        repeats_queue=rules.repeats_queue,
        newcomers_queue=rules.newcomers_queue,
    )


def _categories(rules: Rules, *, shows_limits: bool) -> Iterable[Category]:
    for label, limits in rules.limits.items():
        may_refuse = limits.reject is not None and label not in rules.weak
        part: Part = "refuses" if may_refuse else "holds" if limits.queue is not None else "advises"
        shown = (limits.queue, limits.reject if may_refuse else None) if shows_limits else ()
        yield Category(label, PHRASES.get(label, label), _MEANINGS.get(label, ""), part, *shown)
