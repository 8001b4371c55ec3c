"""Why a comment is not shown, told to its author: the statement of reasons that Art. 17 of the DSA asks for.

Built from the decision alone, so that it says what was decided and not what would be today: which rule, on
which ground, found by which means, decided by whom, when, and what can be done about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .policy import PHRASES
from .states import REJECTION_SENTENCES

Source = Literal["report", "classifier", "word_list", "moderator"]

AUTOMATIC = "It was refused automatically, by rules and a classifier; nobody has read it yet."
FOUND = {
    "report": "It came to a moderator because readers reported it.",
    "classifier": "It came to a moderator because the classifier or a rule had doubts.",
    "word_list": "It came to a moderator because of a listed phrase.",
    "moderator": "A moderator came upon it.",
}
TERMS = "It does not fit the rules of this comment section."
LAW = "It may break the law."
REDRESS = (
    "You can appeal once, free of charge: a person who has not decided on it before will look at it again. "
    "You can also go to a court, or to a body for out-of-court settlement of disputes."
)
FINAL = (
    "Your appeal was decided, and this is final here. "
    "You can go to a court, or to a body for out-of-court settlement of disputes."
)
PENDING = "Your appeal is with our moderators; the outcome will be shown here."


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision behind a refusal. actor: policy or moderator; reasons as they are stored."""

    actor: str
    status_before: str | None
    reasons: Sequence[Mapping[str, Any]]
    at_ms: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of reasons. measure: what was done; rule: the code of the reason that decided."""

    measure: Literal["not_published", "removed"]
    rule: str
    ground: Literal["terms", "law"]
    source: Source
    is_detected_by_machine: bool
    is_decided_by_machine: bool
    decided_at_ms: int
    facts: tuple[str, ...]  # the sentences of the reasons that decided
    explanation: str
    may_appeal: bool
    redress: str


def state(decided: Decided, *, appeal: str | None = None) -> Statement:
    """Build the statement of a refusal. appeal: the status of its author's appeal, if there is one."""
    reasons = [reason for reason in decided.reasons if reason["outcome"] == "reject"]
    rule = _rule(reasons[0]) if reasons else "other"
    facts = tuple(dict.fromkeys(reason["detail"] for reason in reasons)) or (REJECTION_SENTENCES["other"],)
    source = _source(decided)
    is_machine = decided.actor == "policy"
    ground: Literal["terms", "law"] = "law" if rule == "illegal" else "terms"
    means = AUTOMATIC if is_machine else FOUND[source]
    why = LAW if ground == "law" else TERMS
    return Statement(
        measure="removed" if decided.status_before == "approved" else "not_published",
        rule=rule,
        ground=ground,
        source=source,
        is_detected_by_machine=source in {"classifier", "word_list"},
        is_decided_by_machine=is_machine,
        decided_at_ms=decided.at_ms,
        facts=facts,
        explanation=" ".join((*facts, why, means)),
        may_appeal=appeal is None,
        redress=_redress(appeal),
    )


def _rule(reason: Mapping[str, Any]) -> str:
    """Name the rule: the label that a score was about, else the reason's code."""
    label = reason.get("label")
    return str(label) if label in PHRASES else str(reason["code"])


def _source(decided: Decided) -> Source:
    codes = {reason["code"] for reason in decided.reasons}
    if "reported" in codes:
        return "report"
    if codes & {"banned_word", "suspect_word"}:
        return "word_list"
    is_held = decided.status_before == "pending"  # a comment waits because a rule or a score held it
    return "classifier" if decided.actor == "policy" or is_held else "moderator"


def _redress(appeal: str | None) -> str:
    if appeal is None:
        return REDRESS
    return PENDING if appeal == "open" else FINAL
