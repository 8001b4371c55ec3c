"""What moderators and programs are shown: types for the OpenAPI document, and how a row becomes one."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired

from sqlalchemy import Row
from typing_extensions import TypedDict  # pydantic asks for it before Python 3.12

from ..domain.brake import Kind
from ..domain.states import Status
from .shapes import Appeal, Article, Comment, Outcome, Reason, moment


class Span(TypedDict):
    begin: int
    end: int
    label: str
    weight: float


class CardLease(TypedDict):
    token: str
    expires_at: str


class Standing(TypedDict):
    id: str
    name: str
    standing: str
    approved: int
    rejected: int
    since: str


class CardReport(TypedDict):
    category: str
    text: str | None
    weight: float
    created_at: str


class CardReports(TypedDict):
    """Open ones; weight: all together, see docs/reports.md."""

    count: int
    weight: float
    items: list[CardReport]


class CardAppeal(TypedDict):
    """An open appeal, with the decision that it is against."""

    id: str
    text: str
    created_at: str
    decided_by: str
    decided_at: str
    reasons: list[Reason]
    note: str | None


class Card(TypedDict):
    comment: Comment
    article: Article
    context: list[Comment]
    author: Standing
    scores: dict[str, float]
    model: str | None
    reasons: list[Reason]
    highlights: list[Span]
    language: str
    version: int
    lane: str | None
    waiting_since: str | None
    reports: CardReports
    appeal: NotRequired[CardAppeal]
    lease: NotRequired[CardLease]


class Cards(TypedDict):
    items: list[Card]


class FoundCards(Cards):
    next_cursor: str | None


class Notifier(TypedDict):
    """Who notified us of something illegal, to be told of the decision."""

    name: str | None
    email: str | None


class DeskReport(TypedDict):
    id: str
    category: str
    text: str | None
    weight: float
    status: Outcome
    created_at: str
    decided_at: str | None
    decided_by: str | None
    reporter_id: str
    notifier: NotRequired[Notifier]
    comment: Comment
    version: int


class DeskReports(TypedDict):
    items: list[DeskReport]
    next_cursor: str | None


class DeskAppeal(TypedDict):
    """may_decide: whether it is for this moderator, who must not have made the decision it is against."""

    id: str
    text: str
    status: Outcome
    answer: str | None
    created_at: str
    decided_at: str | None
    against: CardAppeal
    may_decide: bool
    comment: Comment
    version: int


class DeskAppeals(TypedDict):
    items: list[DeskAppeal]
    next_cursor: str | None


class Decision(TypedDict):
    id: str
    comment_id: str
    action: str
    status_before: str | None
    status_after: Status
    reason: str | None
    note: str | None
    version: int
    undoes: str | None
    actor: str
    policy_id: str | None
    model_id: str | None
    created_at: str


class DecisionMade(TypedDict):
    decision: Decision
    comment: Comment
    version: int


class Answered(DecisionMade):
    appeal: Appeal


class LaneStatus(TypedDict):
    lane: str
    waiting: int
    oldest_at: str | None


class HandlingTime(TypedDict):
    p50_s: float | None
    p95_s: float | None


class QueueStatus(TypedDict):
    state: Literal["ready", "rebuilding", "away"]
    waiting: int
    lanes: list[LaneStatus]
    oldest_at: str | None
    leased: int
    decided_today: int
    time_to_decision: HandlingTime


class OwnLimits(TypedDict):
    queue: float | None
    reject: float | None


class ResolvedLimits(OwnLimits):
    is_weak: bool
    is_own: bool


class PolicyInForce(TypedDict):
    id: str
    number: int
    rules: dict[str, Any]
    limits: dict[str, ResolvedLimits]
    languages: list[str]
    model: str | None
    made_by: str
    created_at: str


class BrakeOn(TypedDict):
    id: str
    kind: Kind
    article: str | None
    pause_s: int
    until: str


class Brakes(TypedDict):
    items: list[BrakeOn]


class ScoredText(TypedDict):
    scores: dict[str, float]
    spans: list[Span]
    language: str


class Scores(TypedDict):
    items: list[ScoredText]
    model: str


def decision(row: Row[Any]) -> Decision:
    """Show a decision."""
    return {
        "id": row.id,
        "comment_id": row.comment_id,
        "action": row.action,
        "status_before": row.status_before,
        "status_after": row.status_after,
        "reason": row.reason,
        "note": row.note,
        "version": row.version,
        "undoes": row.undoes_id,
        "actor": row.actor_name,
        "policy_id": row.policy_id,
        "model_id": row.model_id,
        "created_at": moment(row.created_at_ms),
    }


def reports(rows: Sequence[Row[Any]], weight: float) -> CardReports:
    """Show the open reports of a comment: not who wrote them."""
    return {
        "count": len(rows),
        "weight": round(weight, 2),
        "items": [
            {
                "category": row.category,
                "text": row.text,
                "weight": round(row.weight, 2),
                "created_at": moment(row.created_at_ms),
            }
            for row in rows
        ],
    }


def appeal(row: Row[Any]) -> CardAppeal:
    """Show an appeal to whoever may answer it."""
    return {
        "id": row.id,
        "text": row.text,
        "created_at": moment(row.created_at_ms),
        "decided_by": row.decider_name,
        "decided_at": moment(row.decided_at_ms),
        "reasons": list(row.decided_reasons),
        "note": row.decided_note,
    }


def scores(row: Mapping[str, float]) -> dict[str, float]:
    """Show probabilities with the four digits that mean something."""
    return {label: round(value, 4) for label, value in row.items()}
