"""What a moderator's decision does to the reports of a comment and to its author's appeal; and an undo of it.

Called in the transaction of the decision, so that a case is open exactly as long as nobody has decided it.
"""

from typing import Any

from sqlalchemy import Row

from ..domain.errors import Forbidden
from ..domain.reporting import Outcome, sentence
from ..domain.roles import Person
from ..domain.states import Action, is_asked_again
from ..store import appeals, reports
from ..store.writer import Transaction

REPORTS: dict[Action, Outcome] = {"approve": "dismissed", "reject": "upheld"}
APPEALS: dict[Action, Outcome] = {"approve": "upheld", "reject": "dismissed"}


def refuse_first_decider(transaction: Transaction, person: Person, comment_id: str, action: Action) -> None:
    """Raise Forbidden for whoever made the decision that an open appeal is against."""
    appeal = appeals.latest(transaction.connection, [comment_id]).get(comment_id)
    if action in APPEALS and appeal is not None and is_barred(appeal, person):
        raise Forbidden("You made the decision that this appeal is against: a colleague has to answer it.")


def is_barred(appeal: Row[Any], person: Person) -> bool:
    """Tell whether an appeal is for somebody else. Against the policy's decision anybody may decide."""
    is_own = appeal.decider_id is not None and appeal.decider_id == person.account_id
    return appeal.status == "open" and is_own


def reported(transaction: Transaction, comment_id: str) -> list[dict[str, Any]]:
    """Return the reason that readers brought this comment up, if they did."""
    rows = reports.of_comments(transaction.connection, [comment_id]).get(comment_id, [])
    number = sum(row.status == "open" for row in rows)
    return [{"code": "reported", "outcome": "queue", "detail": sentence(number)}] if number else []


def settle(
    transaction: Transaction, comment_id: str, action: Action, decision_id: str, answer: str | None
) -> None:
    """Close what is open about a comment, with the outcome that the decision means."""
    if action not in REPORTS:
        return
    reports.close(transaction, comment_id, REPORTS[action], decision_id)
    appeal = appeals.latest(transaction.connection, [comment_id]).get(comment_id)
    if appeal is not None and appeal.status == "open":
        appeals.close(transaction, appeal.id, APPEALS[action], decision_id, answer)


def unsettle(transaction: Transaction, comment: Row[Any], decision_id: str) -> str | None:
    """Open again what a decision had closed; return the lane in which the comment waits for that, if it does.

    An appeal against the decision itself is moot: it is taken back.
    """
    if appeals.drop_against(transaction, decision_id):
        return None
    if appeals.reopen(transaction, decision_id):
        return "appeal"
    if reports.reopen(transaction, decision_id):
        return "reported"
    return str(comment.lane) if is_asked_again(comment.status, comment.queued_at_ms) else None


def drop(transaction: Transaction, comment_id: str) -> None:
    """Close what is open about a comment that its author has taken back."""
    reports.close(transaction, comment_id, "moot", None)
    appeals.drop(transaction, comment_id)
