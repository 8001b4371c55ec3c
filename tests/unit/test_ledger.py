"""The ledger finds what it is there for: each way in which a service could break its word is named."""

from dataclasses import replace

import pytest

from tests.faults.ledger import Ledger, Stored, differences

WHOLE = Stored(
    comments={"c1": ("a", "Thank you", "approved"), "c2": ("a", "Hm", "approved")},
    decisions={"d1": ("c2", "approved")},
    unscored=(),
    counted={"a": 2},
)


@pytest.fixture
def ledger() -> Ledger:
    """Two comments were acknowledged, and one decision."""
    ledger = Ledger(posted={"k1": {"id": "c1", "body": "Thank you"}, "k2": {"id": "c2", "body": "Hm"}})
    ledger.decided["c2"].append({"decision": {"id": "d1"}, "comment": {"status": "approved"}})
    return ledger


def test_a_service_that_holds_what_it_acknowledged_differs_in_nothing(ledger: Ledger) -> None:
    assert differences(ledger, WHOLE) == []


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        (replace(WHOLE, comments={"c2": WHOLE.comments["c2"]}, counted={"a": 1}), "posted and lost: c1"),
        (
            replace(WHOLE, comments=WHOLE.comments | {"c1": ("a", "Thank", "approved")}),
            "posted and lost: c1",
        ),
        (
            replace(WHOLE, comments=WHOLE.comments | {"c3": ("a", "Hm", "pending")}),
            "posted 2 times: Hm",
        ),
        (replace(WHOLE, decisions={}), "decided and lost: c2"),
        (replace(WHOLE, decisions={"d1": ("c2", "rejected")}), "decided and lost: c2"),
        (
            replace(WHOLE, comments=WHOLE.comments | {"c2": ("a", "Hm", "pending")}, counted={"a": 1}),
            "decided and not so: c2",
        ),
        (
            replace(WHOLE, decisions=WHOLE.decisions | {"d2": ("c2", "approved")}),
            "decided 2 times: c2",
        ),
        (replace(WHOLE, unscored=["c1"]), "public and unscored: c1"),
        (replace(WHOLE, counted={"a": 3}), "2 are public, 3 are counted"),
    ],
)
def test_what_differs_is_named(ledger: Ledger, stored: Stored, named: str) -> None:
    assert differences(ledger, stored) == [named]
