"""Appeals against refusals: one a decision, open until another person has answered it by a decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from ..domain.reporting import Outcome
from .tables import appeal, decision
from .writer import Transaction

_AGAINST = decision.alias("against")
_WITH_DECISION = select(
    appeal,
    _AGAINST.c.account_id.label("decider_id"),
    _AGAINST.c.actor.label("decider"),
    _AGAINST.c.actor_name.label("decider_name"),
    _AGAINST.c.reasons.label("decided_reasons"),
    _AGAINST.c.note.label("decided_note"),
    _AGAINST.c.created_at_ms.label("decided_at_ms"),
).join(_AGAINST, _AGAINST.c.id == appeal.c.decision_id)


def get(connection: Connection, appeal_id: str) -> Row[Any] | None:
    """Return an appeal with the decision that it is against."""
    return connection.execute(_WITH_DECISION.where(appeal.c.id == appeal_id)).one_or_none()


def add(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Keep an appeal. `decision_id` is unique: a decision is appealed against once."""
    made = {**row, "status": "open", "created_at_ms": transaction.now_ms}
    transaction.connection.execute(insert(appeal).values(made))


def latest(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the newest appeal of each comment that has one, with the decision that it is against."""
    wanted = _WITH_DECISION.where(appeal.c.comment_id.in_(comment_ids)).order_by(appeal.c.id)
    return {row.comment_id: row for row in connection.execute(wanted)}


def answers(connection: Connection, decision_id: str) -> bool:
    """Tell whether a decision answered an appeal."""
    wanted = select(appeal.c.id).where(appeal.c.answer_id == decision_id)
    return connection.execute(wanted.limit(1)).first() is not None


def close(
    transaction: Transaction,
    appeal_id: str,
    outcome: Outcome,
    answer_id: str,
    answer: str | None,
) -> None:
    """Fix the outcome of an appeal: by the decision that answers it, in words to its author."""
    closed = {"status": outcome, "answer_id": answer_id, "answer": answer, "closed_at_ms": transaction.now_ms}
    transaction.connection.execute(update(appeal).where(appeal.c.id == appeal_id).values(closed))


def drop(transaction: Transaction, comment_id: str) -> None:
    """Close a comment's open appeal, because what it was about is gone."""
    is_open = (appeal.c.comment_id == comment_id) & (appeal.c.status == "open")
    closed = {"status": "moot", "closed_at_ms": transaction.now_ms}
    transaction.connection.execute(update(appeal).where(is_open).values(closed))


def drop_against(transaction: Transaction, decision_id: str) -> int:
    """Close the open appeal against a decision that was taken back; return how many."""
    is_open = (appeal.c.decision_id == decision_id) & (appeal.c.status == "open")
    closed = {"status": "moot", "closed_at_ms": transaction.now_ms}
    return transaction.connection.execute(update(appeal).where(is_open).values(closed)).rowcount


def reopen(transaction: Transaction, decision_id: str) -> int:
    """Open the appeal again that a decision had answered, because it was undone; return how many."""
    opened = {"status": "open", "answer_id": None, "answer": None, "closed_at_ms": None}
    wanted = update(appeal).where(appeal.c.answer_id == decision_id).values(opened)
    return transaction.connection.execute(wanted).rowcount


def by_author(connection: Connection, author_id: str) -> Sequence[Row[Any]]:
    """Return everything that somebody appealed against, newest first."""
    return connection.execute(
        select(appeal).where(appeal.c.author_id == author_id).order_by(appeal.c.id.desc())
    ).all()


def listed(
    connection: Connection, site_id: str, *, is_open: bool, after_id: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Return a page of a site's appeals, `limit` + 1: open ones oldest first, decided ones newest first."""
    wanted = _WITH_DECISION.where(appeal.c.site_id == site_id)
    if is_open:
        wanted = wanted.where(appeal.c.status == "open").order_by(appeal.c.id)
    else:
        wanted = wanted.where(appeal.c.status != "open").order_by(appeal.c.id.desc())
    if after_id:
        wanted = wanted.where(appeal.c.id > after_id if is_open else appeal.c.id < after_id)
    return connection.execute(wanted.limit(limit + 1)).all()
