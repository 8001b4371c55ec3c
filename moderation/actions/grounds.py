"""What the author of a comment is told of its refusal: the statement of reasons, and the appeal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from ..domain.statements import Decided, Statement, state
from ..store import appeals, decisions
from .drafts import Posted


@dataclass(frozen=True, slots=True)
class Grounds:
    """statement None: it is not refused; appeal None: there was none."""

    statement: Statement | None = None
    appeal: Row[Any] | None = None


NONE = Grounds()


def told(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Grounds]:
    """Return what there is to tell of comments, by id; asks nothing where nobody was refused."""
    refused = [row.id for row in rows if row.status == "rejected"]
    # Who was heard is decided by a person, and has another version than the first.
    ids = [row.id for row in rows if row.status == "rejected" or row.version > 1]
    if not ids:
        return {}
    appealed = appeals.latest(connection, ids)
    said = decisions.refusals(connection, refused) if refused else {}
    return {
        comment_id: Grounds(
            _statement(said[comment_id], appealed.get(comment_id)) if comment_id in said else None,
            appealed.get(comment_id),
        )
        for comment_id in ids
    }


def of_posted(posted: Posted) -> Grounds:
    """Return what there is to tell of a comment that was just posted, without asking again.

    One that was answered again may have been decided by a person since: its author asks for it.
    """
    if posted.comment.status != "rejected" or posted.is_replay:
        return NONE
    return Grounds(state(Decided("policy", None, posted.reasons, posted.comment.created_at_ms)))


def _statement(refusal: Row[Any], appeal: Row[Any] | None) -> Statement:
    """Build the statement of a refusal; an appeal counts that is against it, or that it answers."""
    is_about_it = appeal is not None and refusal.id in {appeal.decision_id, appeal.answer_id}
    decided = Decided(refusal.actor, refusal.status_before, refusal.reasons, refusal.created_at_ms)
    return state(decided, appeal=appeal.status if appeal is not None and is_about_it else None)
