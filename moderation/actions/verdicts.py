"""Keep what the policy decided: the decisions, the scores they rest on, and the audit entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.policy import Reason, Signals, Verdict
from ..store import audit, decisions
from ..store.writer import Transaction
from .scoring import Bench


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on a revision; version: the comment's, that this verdict makes."""

    bench: Bench
    signals: Signals
    verdict: Verdict
    comment_id: str
    revision: int
    version: int
    status_before: str | None = None


def record(transaction: Transaction, judgements: Sequence[Judgement]) -> None:
    """Append everything that is kept of these verdicts, a statement a table."""
    decisions.add_scores(transaction, [_score(each) for each in judgements if _is_scored(each)])
    decisions.add_all(transaction, [_decision(each) for each in judgements])
    audit.add_all(transaction, [_entry(each) for each in judgements])


def as_json(reason: Reason) -> dict[str, Any]:
    """Return a reason as it is stored and shown."""
    shown: dict[str, Any] = {"code": reason.code, "outcome": reason.outcome, "detail": reason.detail}
    if reason.label is not None and reason.score is not None:
        shown |= {"label": reason.label, "score": round(reason.score, 4)}
    return shown


def _is_scored(made: Judgement) -> bool:
    return bool(made.bench.model_id) and made.signals.scores is not None


def _score(made: Judgement) -> dict[str, Any]:
    return {
        "comment_id": made.comment_id,
        "revision": made.revision,
        "model_id": made.bench.model_id,
        "scores": made.signals.scores,
        "name_scores": made.signals.name_scores or {},
    }


def _decision(made: Judgement) -> dict[str, Any]:
    return {
        "comment_id": made.comment_id,
        "revision": made.revision,
        "version": made.version,
        "actor": "policy",
        "actor_name": "policy",
        "action": made.verdict.outcome,
        "status_before": made.status_before,
        "status_after": made.verdict.status,
        "reasons": [as_json(reason) for reason in made.verdict.reasons],
        "policy_id": made.bench.rules.policy_id,
        "model_id": made.bench.model_id,
    }


def _entry(made: Judgement) -> dict[str, Any]:
    facts = {"revision": made.revision, "version": made.version, "model": made.bench.model_id}
    act = f"comment.{made.verdict.outcome}"
    return {"actor_id": "policy", "act": act, "subject_id": made.comment_id, "facts": facts}
