"""What reports weigh, and what they ask for."""

import pytest

from moderation.domain.errors import Invalid
from moderation.domain.policy import Rules
from moderation.domain.reporting import CATEGORIES, Complaint, Filed, checked, follow_up, harm, total, weight

RULES = Rules(policy_id="p", limits={})
HIDING = Rules(policy_id="p", limits={}, reports_queue=2.0, reports_hide=4.0)
NOTICE = Complaint("illegal", "It names my address.", "Nora", "nora@example.org", good_faith=True)


def filed(*weights: float, category: str = "abuse") -> list[Filed]:
    """Make a report of each weight, each of a source of its own."""
    return [Filed(str(number), each, category) for number, each in enumerate(weights)]


@pytest.mark.parametrize(
    ("upheld", "dismissed", "expected"), [(0, 0, 1.0), (0, 1, 0.8), (0, 10, 4 / 14), (1, 0, 1.2), (3, 3, 1.0)]
)
def test_a_reporter_weighs_what_came_of_their_reports(upheld: int, dismissed: int, expected: float) -> None:
    assert weight(upheld=upheld, dismissed=dismissed) == pytest.approx(expected)


def test_a_weight_lies_between_nothing_and_twice_somebody_new() -> None:
    assert 0 < weight(upheld=0, dismissed=10_000) < 0.001
    assert 1.999 < weight(upheld=10_000, dismissed=0) < 2


def test_of_one_source_the_heaviest_report_counts() -> None:
    reports = [
        Filed("192.0.2.1", 1.0, "spam"),
        Filed("192.0.2.1", 1.4, "hate"),
        Filed("a reader", 0.5, "spam"),
    ]
    assert total(reports) == pytest.approx(1.9)
    assert total([]) == 0.0


def test_somebody_new_brings_a_comment_back_and_who_cried_wolf_does_not() -> None:
    assert follow_up(filed(1.0), RULES, kept=0) == "queue"
    assert follow_up(filed(0.8), RULES, kept=0) == "note"
    assert follow_up(filed(0.8, 0.8), RULES, kept=0) == "queue"


def test_each_time_that_a_person_kept_it_twice_as_much_is_needed() -> None:
    assert [follow_up(filed(1.0, 1.0), RULES, kept=kept) for kept in range(3)] == ["queue", "queue", "note"]


def test_a_comment_is_hidden_only_where_the_site_wants_that() -> None:
    assert follow_up(filed(*[1.0] * 100), RULES, kept=0) == "queue"
    steps = [follow_up(filed(*[1.0] * number), HIDING, kept=0) for number in range(1, 5)]
    assert steps == ["note", "queue", "queue", "hide"]
    assert follow_up(filed(*[1.0] * 4), HIDING, kept=1) == "queue"


def test_a_notice_of_something_illegal_always_reaches_a_person() -> None:
    assert follow_up(filed(0.01, category="illegal"), HIDING, kept=5) == "queue"


def test_harm_grows_with_the_weight_and_stays_a_probability() -> None:
    rising = [harm(filed(*[1.0] * number)) for number in (1, 2, 10, 1000)]
    assert rising == sorted(rising)
    assert rising[0] == 0.5
    assert rising[-1] < 1


@pytest.mark.parametrize("category", CATEGORIES)
def test_only_something_illegal_asks_for_more_than_the_category(category: str) -> None:
    if category == "illegal":
        with pytest.raises(Invalid) as refused:
            checked(Complaint(category))
        missing = [field.name for field in refused.value.fields]
        assert missing == ["text", "name", "email", "good_faith"]
    else:
        assert checked(Complaint(category)) == Complaint(category)


def test_who_somebody_is_is_kept_with_a_notice_only() -> None:
    assert checked(NOTICE) == NOTICE
    assert checked(Complaint("spam", " x ", "Nora", "nora@example.org")) == Complaint("spam", "x")


@pytest.mark.parametrize(
    "email", ["nora", "nora@", "@example.org", "nora@example", "no ra@example.org", "a@b."]
)
def test_what_cannot_be_an_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(Complaint("illegal", "x", "Nora", email, good_faith=True))
    assert [field.name for field in refused.value.fields] == ["email"]


def test_whoever_reports_offences_against_minors_may_stay_unnamed() -> None:
    said = Complaint("illegal", "x", good_faith=True, concerns_minors=True)
    assert checked(said) == said
