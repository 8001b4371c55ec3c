"""Which moves a comment may make, and what a moderator's act turns it into.

    pending ⇄ approved ⇄ rejected          by the policy or a moderator
       └────────┴──────────┴──► withdrawn   by its author; final

A comment waits while it is pending; and while it was decided but readers ask for another look: reports
of a published one, an appeal against a refusal. Then it stays what it is, and `queued_at_ms` says since when.

Deciding the same thing again is allowed (it confirms, and it is a label); two people deciding at
once is not a matter of states but of the comment's version.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .errors import Conflict

Status = Literal["approved", "pending", "rejected", "withdrawn"]
Action = Literal["approve", "reject", "defer", "escalate"]

LANES = ("doubtful", "reported", "new_author", "escalated", "audit", "appeal", "second_opinion")

REJECTION_SENTENCES = {
    "toxicity": "A moderator found it toxic.",
    "severe_toxicity": "A moderator found it severely toxic.",
    "identity_attack": "A moderator found that it attacks a group of people.",
    "insult": "A moderator found it insulting.",
    "threat": "A moderator found that it threatens somebody.",
    "profanity": "A moderator found its language too coarse.",
    "sexual": "A moderator found it sexually explicit.",
    "spam": "A moderator found it to be spam.",
    "off_topic": "A moderator found it to be off the topic.",
    "illegal": "A moderator found that it may be illegal.",
    "misinformation": "A moderator found that it misinforms.",
    "other": "A moderator found that it does not fit the rules.",
}
REJECTION_REASONS = tuple(REJECTION_SENTENCES)

_REJECTION_OF = {"sexually_explicit": "sexual"}  # a label of the classifier that people name otherwise

# defer and escalate leave the question open: whatever was public before goes back to waiting.
_AFTER: dict[Action, Status] = {
    "approve": "approved",
    "reject": "rejected",
    "defer": "pending",
    "escalate": "pending",
}


def waits(status: Status, queued_at_ms: int | None) -> bool:
    """Tell whether a comment waits for a person."""
    return status == "pending" or queued_at_ms is not None


def is_asked_again(status: Status, queued_at_ms: int | None) -> bool:
    """Tell whether a comment was decided and waits for another look."""
    return status != "pending" and queued_at_ms is not None


def after(status: Status, action: Action, *, is_asked_again: bool = False) -> Status:
    """Return the status that `action` leads to. Raises Conflict for a withdrawn comment.

    is_asked_again: it was decided and waits for another look, which leaves it as it is while that is open.
    """
    if status == "withdrawn":
        raise Conflict("Its author has withdrawn this comment.")
    if is_asked_again and action in {"defer", "escalate"}:
        return status
    if action == "defer" and status != "pending":
        raise Conflict(f"Only a waiting comment can be deferred; this one is {status}.")
    return _AFTER[action]


def rejection_of(reasons: Sequence[Mapping[str, Any]]) -> str:
    """Name the reason for a refusal that the reasons of an earlier one come to."""
    for reason in reasons:
        named = reason.get("label") or reason["code"]
        named = _REJECTION_OF.get(named, named)
        if reason["outcome"] == "reject" and named in REJECTION_SENTENCES:
            return str(named)
    return "other"


def is_listed(status: Status, reply_count: int) -> bool:
    """Tell whether readers find it on the page: approved, or a withdrawn one that holds up replies."""
    return status == "approved" or (status == "withdrawn" and reply_count > 0)
