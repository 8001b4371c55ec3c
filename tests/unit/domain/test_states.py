"""A comment's states: the whole table of moves, and what readers find on the page."""

from typing import get_args

import pytest

from moderation.domain.errors import Conflict
from moderation.domain.states import Action, Status, after, is_asked_again, is_listed, waits

STATUSES, ACTIONS = get_args(Status), get_args(Action)

TABLE: dict[tuple[Status, Action], Status | None] = {
    ("approved", "approve"): "approved",
    ("approved", "reject"): "rejected",
    ("approved", "defer"): None,
    ("approved", "escalate"): "pending",
    ("pending", "approve"): "approved",
    ("pending", "reject"): "rejected",
    ("pending", "defer"): "pending",
    ("pending", "escalate"): "pending",
    ("rejected", "approve"): "approved",
    ("rejected", "reject"): "rejected",
    ("rejected", "defer"): None,
    ("rejected", "escalate"): "pending",
    ("withdrawn", "approve"): None,
    ("withdrawn", "reject"): None,
    ("withdrawn", "defer"): None,
    ("withdrawn", "escalate"): None,
}


def test_the_table_speaks_of_every_status_and_act() -> None:
    assert TABLE.keys() == {(status, action) for status in STATUSES for action in ACTIONS}


@pytest.mark.parametrize(("status", "action"), [move for move, to in TABLE.items() if to])
def test_an_allowed_act_leads_where_the_table_says(status: Status, action: Action) -> None:
    assert after(status, action) == TABLE[status, action]


@pytest.mark.parametrize(("status", "action"), [move for move, to in TABLE.items() if not to])
def test_any_other_act_is_a_conflict(status: Status, action: Action) -> None:
    with pytest.raises(Conflict):
        after(status, action)


@pytest.mark.parametrize("reply_count", [0, 1, 50])
@pytest.mark.parametrize("status", STATUSES)
def test_readers_find_what_is_approved_and_what_holds_up_replies(status: Status, reply_count: int) -> None:
    expected = {"approved": True, "withdrawn": reply_count > 0, "pending": False, "rejected": False}
    assert is_listed(status, reply_count) is expected[status]


@pytest.mark.parametrize("status", ["approved", "rejected"])
@pytest.mark.parametrize("action", ["defer", "escalate"])
def test_what_was_decided_and_is_asked_about_again_stays_as_it_is_while_that_is_open(
    status: Status, action: Action
) -> None:
    assert after(status, action, is_asked_again=True) == status
    with pytest.raises(Conflict):
        after("withdrawn", action, is_asked_again=True)


def test_a_comment_waits_while_it_is_pending_or_asked_about_again() -> None:
    assert waits("pending", None)
    assert waits("approved", 1)
    assert waits("rejected", 1)
    assert not waits("approved", None)
    assert is_asked_again("approved", 1)
    assert not is_asked_again("pending", 1)
