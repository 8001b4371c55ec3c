"""Decisions, scores and what can be counted from them; append-only."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from uuid_utils import uuid7

from .tables import comment, decision, score
from .writer import Transaction

_UNSAID: Mapping[str, Any] = {
    "account_id": None,
    "status_before": None,
    "reason": None,
    "note": None,
    "policy_id": None,
    "model_id": None,
    "undoes_id": None,
    "probability": 1.0,
    "waited_ms": None,
}
_INSERT_DECISION = insert(decision)
_INSERT_SCORE = insert(score)

RECENT = 1000  # decisions that the handling times are computed from


def add(transaction: Transaction, row: Mapping[str, Any]) -> str:
    """Append a decision; return its id. `comment_id` + `version` are unique: never decided twice."""
    return add_all(transaction, [row])[0]


def add_all(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Append decisions; return their ids."""
    made = [{**_UNSAID, **row, "id": str(uuid7()), "created_at_ms": transaction.now_ms} for row in rows]
    transaction.connection.execute(_INSERT_DECISION, made)
    return [each["id"] for each in made]


def get(connection: Connection, decision_id: str) -> Row[Any] | None:
    """Return a decision."""
    return connection.execute(select(decision).where(decision.c.id == decision_id)).one_or_none()


def latest(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the newest decision of each comment."""
    newest = (
        select(decision.c.comment_id, func.max(decision.c.version).label("version"))
        .where(decision.c.comment_id.in_(comment_ids))
        .group_by(decision.c.comment_id)
        .subquery()
    )
    wanted = select(decision).join(
        newest,
        (decision.c.comment_id == newest.c.comment_id) & (decision.c.version == newest.c.version),
    )
    return {row.comment_id: row for row in connection.execute(wanted)}


def refusals(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the newest decision that refused each comment, if one did."""
    # Not asked for by action in SQL: a comment has a handful of decisions, all beside each other.
    wanted = select(decision).where(decision.c.comment_id.in_(comment_ids)).order_by(decision.c.version)
    return {row.comment_id: row for row in connection.execute(wanted) if row.action == "reject"}


def refusal_before(connection: Connection, comment_id: str, version: int) -> list[dict[str, Any]]:
    """Return the reasons of the newest refusal of a comment before one of its versions."""
    wanted = (
        select(decision.c.reasons)
        .where(
            decision.c.comment_id == comment_id, decision.c.version < version, decision.c.action == "reject"
        )
        .order_by(decision.c.version.desc())
        .limit(1)
    )
    return list(connection.execute(wanted).scalar_one_or_none() or ())


def of_policy(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return what the policy last said of each comment: the reasons a moderator is shown."""
    # Not asked for by actor: SQLite would take the index that leads to all decisions of the policy.
    wanted = select(decision).where(decision.c.comment_id.in_(comment_ids)).order_by(decision.c.version)
    return {row.comment_id: row for row in connection.execute(wanted) if row.actor == "policy"}


def all_of(connection: Connection, comment_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Return all that was ever decided of some comments, in order."""
    wanted = select(decision).where(decision.c.comment_id.in_(comment_ids))
    return connection.execute(wanted.order_by(decision.c.comment_id, decision.c.version)).all()


def was_stopped(connection: Connection, comment_id: str) -> bool:
    """Tell whether a text of this comment was ever refused, or set aside by a person."""
    is_refusal = decision.c.status_after == "rejected"
    is_set_aside = (decision.c.actor == "moderator") & (decision.c.status_after == "pending")
    wanted = select(decision.c.id).where(decision.c.comment_id == comment_id, is_refusal | is_set_aside)
    return connection.execute(wanted.limit(1)).first() is not None


def is_undone(connection: Connection, decision_id: str) -> bool:
    """Tell whether a later decision undid this one."""
    wanted = select(decision.c.id).where(decision.c.undoes_id == decision_id)
    return connection.execute(wanted).first() is not None


def add_score(
    transaction: Transaction,
    *,
    comment_id: str,
    revision: int,
    model_id: str,
    scores: Mapping[str, float],
    name_scores: Mapping[str, float],
) -> None:
    """Keep what a model said of a revision."""
    row = {"comment_id": comment_id, "revision": revision, "model_id": model_id}
    add_scores(transaction, [row | {"scores": dict(scores), "name_scores": dict(name_scores)}])


def add_scores(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what models said of revisions; `rows` are the arguments of `add_score`."""
    if rows:
        now = {"created_at_ms": transaction.now_ms}
        transaction.connection.execute(_INSERT_SCORE, [{**row, **now} for row in rows])


def scores(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the newest score of each comment's current revision."""
    wanted = (
        select(score)
        .join(comment, (comment.c.id == score.c.comment_id) & (comment.c.revision == score.c.revision))
        .where(comment.c.id.in_(comment_ids))
        .order_by(score.c.created_at_ms)
    )
    return {row.comment_id: row for row in connection.execute(wanted)}


def waits_ms(connection: Connection, since_ms: int) -> list[int]:
    """Return how long the comments decided since then had waited, newest decisions first."""
    wanted = (
        select(decision.c.waited_ms)
        .where(
            decision.c.actor == "moderator",
            decision.c.created_at_ms >= since_ms,
            decision.c.waited_ms.is_not(None),
        )
        .order_by(decision.c.created_at_ms.desc())
        .limit(RECENT)
    )
    return [row.waited_ms for row in connection.execute(wanted)]


def waits_of_site_ms(connection: Connection, site_id: str, since_ms: int, limit: int) -> list[int]:
    """Return how long the last comments of a site that a person decided since then had waited."""
    wanted = (
        select(decision.c.waited_ms)
        .join(comment, comment.c.id == decision.c.comment_id)
        .where(
            decision.c.actor == "moderator",
            decision.c.created_at_ms >= since_ms,
            decision.c.waited_ms.is_not(None),
            comment.c.site_id == site_id,
        )
        .order_by(decision.c.created_at_ms.desc())
        .limit(limit)
    )
    return [row.waited_ms for row in connection.execute(wanted)]


def count_by_moderators(connection: Connection, since_ms: int) -> int:
    """Count what people decided since then."""
    wanted = select(func.count()).where(decision.c.actor == "moderator", decision.c.created_at_ms >= since_ms)
    return connection.execute(wanted).scalar_one()
