"""The statement of reasons says what was decided, by whom, how it was found, and what can be done."""

from typing import Any

import pytest

from moderation.domain.statements import FINAL, PENDING, REDRESS, Decided, state
from moderation.domain.states import rejection_of

SCORE = {
    "code": "score",
    "outcome": "reject",
    "detail": "It reads as toxic.",
    "label": "toxicity",
    "score": 0.99,
}
DOUBT = {
    "code": "score",
    "outcome": "queue",
    "detail": "It may be an insult.",
    "label": "insult",
    "score": 0.7,
}
BANNED = {"code": "banned_word", "outcome": "reject", "detail": "It contains the banned phrase “x”."}
INSULT = {"code": "insult", "outcome": "reject", "detail": "A moderator found it insulting."}
ILLEGAL = {"code": "illegal", "outcome": "reject", "detail": "A moderator found that it may be illegal."}
REPORTED = {"code": "reported", "outcome": "queue", "detail": "A reader reported it."}


def decided(actor: str, before: str | None, *reasons: dict[str, Any]) -> Decided:
    return Decided(actor, before, reasons, 1_800_000_000_000)


def test_a_refusal_by_the_policy_is_automatic_and_names_the_rule() -> None:
    said = state(decided("policy", None, SCORE, DOUBT))
    assert (said.rule, said.ground, said.measure) == ("toxicity", "terms", "not_published")
    assert (said.is_decided_by_machine, said.is_detected_by_machine) == (True, True)
    assert said.facts == ("It reads as toxic.",)
    assert "nobody has read it yet" in said.explanation


@pytest.mark.parametrize(
    ("made", "source", "is_detected", "measure"),
    [
        (decided("policy", None, BANNED), "word_list", True, "not_published"),
        (decided("moderator", "pending", INSULT), "classifier", True, "not_published"),
        (decided("moderator", "approved", INSULT, REPORTED), "report", False, "removed"),
        (decided("moderator", "approved", INSULT), "moderator", False, "removed"),
        (decided("moderator", "pending", INSULT, REPORTED), "report", False, "not_published"),
    ],
)
def test_it_says_by_which_means_a_comment_was_found(
    made: Decided, source: str, is_detected: bool, measure: str
) -> None:
    said = state(made)
    assert (said.source, said.is_detected_by_machine, said.measure) == (source, is_detected, measure)
    assert said.is_decided_by_machine is (made.actor == "policy")


def test_what_may_be_illegal_rests_on_the_law() -> None:
    said = state(decided("moderator", "approved", ILLEGAL, REPORTED))
    assert (said.rule, said.ground) == ("illegal", "law")
    assert "It may break the law." in said.explanation


@pytest.mark.parametrize(
    ("appeal", "redress"), [(None, REDRESS), ("open", PENDING), ("dismissed", FINAL), ("upheld", FINAL)]
)
def test_it_says_whether_one_can_appeal(appeal: str | None, redress: str) -> None:
    said = state(decided("policy", None, SCORE), appeal=appeal)
    assert (said.redress, said.may_appeal) == (redress, appeal is None)


def test_a_refusal_without_reasons_still_says_something() -> None:
    said = state(decided("moderator", "rejected"))
    assert (said.rule, said.facts) == ("other", ("A moderator found that it does not fit the rules.",))


@pytest.mark.parametrize(
    ("reasons", "reason"),
    [
        ([SCORE], "toxicity"),
        ([DOUBT, INSULT], "insult"),
        ([DOUBT], "other"),
        ([BANNED], "other"),
        ([SCORE | {"label": "sexually_explicit"}], "sexual"),
        ([], "other"),
    ],
)
def test_a_refusal_that_is_kept_has_the_reason_that_it_had(
    reasons: list[dict[str, Any]], reason: str
) -> None:
    assert rejection_of(reasons) == reason
