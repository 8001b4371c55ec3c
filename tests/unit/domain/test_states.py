"""A comment's states: the whole table of moves, and what readers find on the page."""

from typing import get_args

import pytest

from moderation.domain.errors import Conflict
from moderation.domain.states import Action, Status, after, is_listed

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
