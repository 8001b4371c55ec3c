"""Decide what happens to a comment.

Pure: values in, a Verdict out. No database, no Redis, no clock. CHECKS is the policy, read from
top to bottom; every check runs, every reason is kept, the strictest wins.
Unknown never means approved: a comment the model could not score waits for a person.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .states import Status

Outcome = Literal["approve", "queue", "reject"]

_STRICTNESS: dict[Outcome, int] = {"approve": 0, "queue": 1, "reject": 2}
# How a label reads in a sentence: authors and moderators are told in words, not in field names.
PHRASES = {
    "toxicity": "toxic",
    "severe_toxicity": "severely toxic",
    "insult": "an insult",
    "profanity": "profanity",
    "threat": "a threat",
    "identity_attack": "an attack on a group of people",
    "sexually_explicit": "sexually explicit",
    "spam": "spam",
}
_STATUS: dict[Outcome, Status] = {"approve": "approved", "queue": "pending", "reject": "rejected"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Probabilities at and above which a label queues or rejects; None: it never does."""

    queue: float | None
    reject: float | None


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of a site's policy, resolved: its own numbers over the model's shipped limits."""

    policy_id: str
    limits: Mapping[str, Limits]
    weak: frozenset[str] = frozenset()  # labels learnt from weak evidence: they never reject
    languages: frozenset[str] = frozenset()  # that the model has learnt; empty: there is no model
    links_queue: int = 3
    repeats_queue: int = 2
    newcomers_queue: int = 0  # first comments of a newcomer that wait; 0: none do
    reports_queue: float = 1.0  # weight of reports that asks a person, see domain/reporting
    reports_hide: float | None = None  # that hides a comment meanwhile; None: it stays on the page


@dataclass(frozen=True, slots=True)
class Signals:
    """All that is known of a comment when it is judged. scores None: it could not be scored."""

    scores: Mapping[str, float] | None
    name_scores: Mapping[str, float] | None = field(default_factory=dict)
    language: str = "und"  # ISO 639 code; und: it cannot be told, and counts as learnt
    banned: tuple[str, ...] = ()
    suspect: tuple[str, ...] = ()
    name_banned: tuple[str, ...] = ()
    link_count: int = 0
    repeat_count: int = 0  # earlier comments of this author with the same words, last day
    is_shouting: bool = False
    author_approved: int = 0
    is_author_premoderated: bool = False
    is_article_premoderated: bool = False
    was_stopped: bool = False  # an edit of a text that was refused, or that a person has set aside


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code, the label and score where one drove it, a sentence for people."""

    code: str
    outcome: Outcome
    detail: str
    label: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strictest outcome with all its reasons, strictest first."""

    outcome: Outcome
    reasons: tuple[Reason, ...]

    @property
    def status(self) -> Status:
        """The comment's status that follows."""
        return _STATUS[self.outcome]


def by_availability(signals: Signals, _: Rules) -> Iterator[Reason]:
    """A comment or name without a score waits for a person."""
    known = (signals.scores or None, signals.name_scores)
    if any(scores is None or any(map(math.isnan, scores.values())) for scores in known):
        yield Reason("unscored", "queue", "The classifier could not score this comment.")


def by_language(signals: Signals, rules: Rules) -> Iterator[Reason]:
    """Scores of a language that the model has not learnt mean little: a person looks as well.

    They still count: what they hold or refuse stays so, or a few foreign words would be a way out.
    """
    if rules.languages and signals.language not in {"und", *rules.languages}:
        detail = f"It seems to be in a language that the classifier has not learnt ({signals.language})."
        yield Reason("unscored", "queue", detail)


def by_banned_word(signals: Signals, _: Rules) -> Iterator[Reason]:
    """Banned words refuse."""
    for entry in signals.banned:
        yield Reason("banned_word", "reject", f"It contains the banned phrase “{entry}”.")


def by_suspect_word(signals: Signals, _: Rules) -> Iterator[Reason]:
    """Suspect words ask a person."""
    for entry in signals.suspect:
        yield Reason("suspect_word", "queue", f"It contains the listed phrase “{entry}”.")


def by_score(signals: Signals, rules: Rules) -> Iterator[Reason]:
    """Judge every label by its two limits; a weak head asks a person and never refuses alone."""
    for label, score in (signals.scores or {}).items():
        limits = rules.limits.get(label)
        if limits is None:
            continue
        phrase = PHRASES.get(label, label)
        if limits.reject is not None and score >= limits.reject and label not in rules.weak:
            yield Reason("score", "reject", f"It reads as {phrase}.", label, score)
        elif limits.queue is not None and score >= limits.queue:
            yield Reason("score", "queue", f"It may be {phrase}.", label, score)


def by_name(signals: Signals, rules: Rules) -> Iterator[Reason]:
    """A name is text that others must read: judged by the same model, but only ever held."""
    for entry in signals.name_banned:
        yield Reason("name", "reject", f"The display name contains the banned phrase “{entry}”.")
    for label, score in (signals.name_scores or {}).items():
        limits = rules.limits.get(label)
        # A name of one or two words is thin evidence: it must reach the reject limit to be held.
        if limits and limits.reject is not None and score >= limits.reject and label not in rules.weak:
            phrase = PHRASES.get(label, label)
            yield Reason("name", "queue", f"The display name may be {phrase}.", label, score)


def by_links(signals: Signals, rules: Rules) -> Iterator[Reason]:
    """Many links ask a person."""
    if signals.link_count >= rules.links_queue:
        yield Reason("links", "queue", f"It has {signals.link_count} links.")


def by_repeats(signals: Signals, rules: Rules) -> Iterator[Reason]:
    """The same words again and again ask a person; a repeat is a signal, never an error."""
    if signals.repeat_count >= rules.repeats_queue:
        yield Reason(
            "repeat", "queue", f"Its author posted the same words {signals.repeat_count} times today."
        )


def by_shouting(signals: Signals, _: Rules) -> Iterator[Reason]:
    """Shouting informs; alone it holds nobody back."""
    if signals.is_shouting:
        yield Reason("shouting", "approve", "It is mostly capitals.")


def by_author(signals: Signals, rules: Rules) -> Iterator[Reason]:
    """Authors under watch wait, and newcomers where the site wants that."""
    if signals.is_author_premoderated:
        yield Reason("author_premoderated", "queue", "Comments of this author are reviewed first.")
    elif signals.author_approved < rules.newcomers_queue:
        yield Reason("new_author", "queue", "It is one of this author's first comments.")


def by_article(signals: Signals, _: Rules) -> Iterator[Reason]:
    """On a pre-moderated article everything waits."""
    if signals.is_article_premoderated:
        yield Reason("premoderated", "queue", "Comments on this article are reviewed first.")


def by_history(signals: Signals, _: Rules) -> Iterator[Reason]:
    """An edit of a text that was refused or set aside is at best pending."""
    if signals.was_stopped:
        yield Reason("edited_refusal", "queue", "It is an edit of a comment that was refused or set aside.")


CHECKS = (
    by_availability,
    by_language,
    by_banned_word,
    by_score,
    by_name,
    by_suspect_word,
    by_links,
    by_repeats,
    by_shouting,
    by_author,
    by_article,
    by_history,
)


def judge(signals: Signals, rules: Rules) -> Verdict:
    """Run every check; keep all reasons, strictest first; without any the comment is published."""
    reasons = [reason for check in CHECKS for reason in check(signals, rules)]
    reasons.sort(key=lambda reason: -_STRICTNESS[reason.outcome])
    outcome = reasons[0].outcome if reasons else "approve"
    return Verdict(outcome, tuple(reasons))


def lane(reasons: tuple[Reason, ...]) -> Literal["doubtful", "new_author"]:
    """Name the queue lane of a held comment: newcomers apart, everything else is doubtful."""
    held = {reason.code for reason in reasons if reason.outcome == "queue"}
    return "new_author" if held == {"new_author"} else "doubtful"


def harm(scores: Mapping[str, float] | None) -> float:
    """Estimate harm for the queue's order: the worst probability; unknown counts as a coin toss."""
    return max(scores.values(), default=0.5) if scores else 0.5
