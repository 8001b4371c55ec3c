"""Refusals: one tree, each with a sentence, and with the values that explain it."""

import pytest

from moderation.domain import errors
from moderation.domain.errors import Away, Conflict, Field, Forbidden, Invalid, Missing, Refused, TooMany


def test_every_error_of_the_domain_is_a_refusal_and_drawn_in_the_tree() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert len(kinds) == 9
    for kind in kinds:
        assert issubclass(kind, Refused)
        assert kind.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("kind", [Invalid, Forbidden, Missing, Conflict, Away])
def test_a_refusal_says_one_sentence(kind: type[Refused]) -> None:
    refusal = kind("Not like this.")
    assert (refusal.detail, str(refusal)) == ("Not like this.", "Not like this.")


def test_an_invalid_input_names_its_fields() -> None:
    field = Field("body", "It is empty.")
    assert Invalid("It is empty.", [field]).fields == (field,)
    assert Invalid("It is empty.").fields == ()


@pytest.mark.parametrize(("given", "told"), [(-3, 1), (0, 1), (1, 1), (60, 60)])
def test_who_is_asked_to_come_back_is_never_told_to_come_at_once(given: int, told: int) -> None:
    assert TooMany("Slower.", retry_after_s=given).retry_after_s == told
    assert Away("Later.", retry_after_s=given).retry_after_s == told
