"""The policy: every check, all reasons, the strictest first; what is unknown is never published."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.policy import (
    CHECKS,
    Limits,
    Outcome,
    Reason,
    Rules,
    Signals,
    Verdict,
    harm,
    judge,
    lane,
)

LABELS = ("toxicity", "insult", "spam")
RULES = Rules("p1", {label: Limits(queue=0.4, reject=0.9) for label in LABELS}, languages=frozenset({"en"}))
FINE = Signals(scores=dict.fromkeys(LABELS, 0.1))
STRICTNESS: dict[Outcome, int] = {"approve": 0, "queue": 1, "reject": 2}

probabilities = st.floats(0, 1)
scored = st.dictionaries(st.sampled_from(LABELS), probabilities, min_size=len(LABELS), max_size=len(LABELS))
words = st.lists(st.sampled_from(["one", "two words"]), max_size=2).map(tuple)
limit = st.none() | probabilities
spoken = st.sampled_from(["und", "en", "de", "pt"])
rules = st.builds(
    Rules,
    policy_id=st.just("p"),
    limits=st.dictionaries(st.sampled_from(LABELS), st.builds(Limits, queue=limit, reject=limit)),
    weak=st.frozensets(st.sampled_from(LABELS)),
    languages=st.frozensets(spoken),
    links_queue=st.integers(1, 4),
    repeats_queue=st.integers(1, 4),
    newcomers_queue=st.integers(0, 3),
)
signals = st.builds(
    Signals,
    scores=scored,
    name_scores=scored,
    language=spoken,
    banned=words,
    suspect=words,
    name_banned=words,
    link_count=st.integers(0, 5),
    repeat_count=st.integers(0, 5),
    is_shouting=st.booleans(),
    author_approved=st.integers(0, 4),
    is_author_premoderated=st.booleans(),
    is_article_premoderated=st.booleans(),
    was_stopped=st.booleans(),
)


def test_a_comment_that_nothing_speaks_against_is_published_without_a_reason() -> None:
    assert judge(FINE, RULES) == Verdict("approve", ())


@pytest.mark.parametrize(
    ("changed", "outcome", "code"),
    [
        ({"scores": None}, "queue", "unscored"),
        ({"name_scores": None}, "queue", "unscored"),
        ({"language": "en"}, "approve", None),
        ({"language": "und"}, "approve", None),
        ({"language": "de"}, "queue", "unscored"),
        ({"banned": ("one",)}, "reject", "banned_word"),
        ({"suspect": ("one",)}, "queue", "suspect_word"),
        ({"name_banned": ("one",)}, "reject", "name"),
        ({"scores": {"insult": 0.39}}, "approve", None),
        ({"scores": {"insult": 0.4}}, "queue", "score"),
        ({"scores": {"insult": 0.8999}}, "queue", "score"),
        ({"scores": {"insult": 0.9}}, "reject", "score"),
        ({"scores": {"a_label_without_limits": 1.0}}, "approve", None),
        ({"name_scores": {"insult": 0.89}}, "approve", None),
        ({"name_scores": {"insult": 0.9}}, "queue", "name"),
        ({"link_count": 2}, "approve", None),
        ({"link_count": 3}, "queue", "links"),
        ({"repeat_count": 1}, "approve", None),
        ({"repeat_count": 2}, "queue", "repeat"),
        ({"is_shouting": True}, "approve", "shouting"),
        ({"author_approved": 0}, "approve", None),
        ({"is_author_premoderated": True}, "queue", "author_premoderated"),
        ({"is_article_premoderated": True}, "queue", "premoderated"),
        ({"was_stopped": True}, "queue", "edited_refusal"),
    ],
)
def test_each_check_says_what_it_should(changed: dict[str, object], outcome: str, code: str | None) -> None:
    verdict = judge(replace(FINE, **changed), RULES)  # type: ignore[arg-type]
    assert verdict.outcome == outcome
    assert [reason.code for reason in verdict.reasons] == ([code] if code else [])


@pytest.mark.parametrize(
    ("approved", "outcome"), [(0, "queue"), (1, "queue"), (2, "approve"), (9, "approve")]
)
def test_newcomers_wait_only_where_the_site_wants_that(approved: int, outcome: str) -> None:
    newcomer = replace(FINE, author_approved=approved)
    assert judge(newcomer, replace(RULES, newcomers_queue=2)).outcome == outcome
    assert judge(newcomer, RULES).outcome == "approve"


def test_every_reason_is_kept_and_the_strictest_come_first_in_the_order_of_the_checks() -> None:
    signals = Signals(
        scores={"toxicity": 0.95, "insult": 0.5, "spam": 0.1},
        name_scores={"insult": 0.99},
        banned=("one", "two words"),
        suspect=("three",),
        link_count=7,
        repeat_count=7,
        is_shouting=True,
        is_author_premoderated=True,
        is_article_premoderated=True,
        was_stopped=True,
    )
    verdict = judge(signals, RULES)
    assert [(reason.outcome, reason.code, reason.label) for reason in verdict.reasons] == [
        ("reject", "banned_word", None),
        ("reject", "banned_word", None),
        ("reject", "score", "toxicity"),
        ("queue", "score", "insult"),
        ("queue", "name", "insult"),
        ("queue", "suspect_word", None),
        ("queue", "links", None),
        ("queue", "repeat", None),
        ("queue", "author_premoderated", None),
        ("queue", "premoderated", None),
        ("queue", "edited_refusal", None),
        ("approve", "shouting", None),
    ]
    assert verdict.outcome == "reject"


@given(signals, rules)
def test_the_verdict_is_the_strictest_reason_and_no_check_is_skipped(each: Signals, rules: Rules) -> None:
    verdict = judge(each, rules)
    said = [reason for check in CHECKS for reason in check(each, rules)]
    severities = [STRICTNESS[reason.outcome] for reason in verdict.reasons]
    assert sorted(map(repr, said)) == sorted(map(repr, verdict.reasons))
    assert severities == sorted(severities, reverse=True)
    assert STRICTNESS[verdict.outcome] == max(severities, default=0)


@pytest.mark.parametrize(
    ("outcome", "status"), [("approve", "approved"), ("queue", "pending"), ("reject", "rejected")]
)
def test_an_outcome_leads_to_its_status(outcome: Outcome, status: str) -> None:
    assert Verdict(outcome, ()).status == status


@given(signals, rules)
def test_a_comment_without_scores_is_never_published(each: Signals, rules: Rules) -> None:
    assert judge(replace(each, scores=None), rules).outcome != "approve"


@given(signals, rules)
def test_a_comment_whose_name_has_no_scores_is_never_published(each: Signals, rules: Rules) -> None:
    assert judge(replace(each, name_scores=None), rules).outcome != "approve"


def test_a_comment_for_which_the_model_said_nothing_at_all_waits_for_a_person() -> None:
    assert judge(Signals(scores={}), RULES).outcome == "queue"


@pytest.mark.parametrize("field", ["scores", "name_scores"])
def test_a_score_that_is_not_a_number_is_no_score(field: str) -> None:
    broken = replace(FINE, **{field: {"toxicity": math.nan, "insult": 0.1, "spam": 0.1}})
    assert [reason.code for reason in judge(broken, RULES).reasons] == ["unscored"]


@given(signals, rules, st.sampled_from(LABELS), probabilities, st.sampled_from(["scores", "name_scores"]))
def test_a_higher_score_never_makes_the_verdict_milder(
    each: Signals, rules: Rules, label: str, raised: float, field: str
) -> None:
    before = getattr(each, field)
    higher = replace(each, **{field: {**before, label: max(raised, before[label])}})
    assert STRICTNESS[judge(higher, rules).outcome] >= STRICTNESS[judge(each, rules).outcome]


@given(signals, rules, spoken)
def test_another_language_never_makes_the_verdict_milder_and_is_never_published(
    each: Signals, rules: Rules, language: str
) -> None:
    learnt = judge(replace(each, language="und"), rules)
    other = judge(replace(each, language=language), rules)
    assert STRICTNESS[other.outcome] >= STRICTNESS[learnt.outcome]
    assert set(learnt.reasons) <= set(other.reasons)
    if rules.languages and language not in rules.languages | {"und"}:
        assert other.outcome != "approve"


def test_a_comment_in_another_language_is_still_refused_for_its_score_and_its_words() -> None:
    foreign = replace(FINE, language="de", scores={"insult": 0.95}, banned=("one",))
    codes = [(reason.outcome, reason.code) for reason in judge(foreign, RULES).reasons]
    assert codes == [("reject", "banned_word"), ("reject", "score"), ("queue", "unscored")]


def test_a_model_that_learnt_german_holds_english() -> None:
    german = replace(RULES, languages=frozenset({"de"}))
    assert judge(replace(FINE, language="de"), german).outcome == "approve"
    assert judge(replace(FINE, language="en"), german).outcome == "queue"


@given(scored, scored, rules)
def test_a_label_learnt_from_weak_evidence_never_refuses(
    scores: dict[str, float], name_scores: dict[str, float], rules: Rules
) -> None:
    weak = replace(rules, weak=frozenset(LABELS))
    assert judge(Signals(scores=scores, name_scores=name_scores), weak).outcome != "reject"


def test_a_weak_label_over_its_reject_limit_still_asks_a_person() -> None:
    verdict = judge(replace(FINE, scores={"spam": 0.99}), replace(RULES, weak=frozenset({"spam"})))
    assert [(reason.outcome, reason.label) for reason in verdict.reasons] == [("queue", "spam")]


def test_a_name_is_never_refused_for_its_score_alone() -> None:
    assert judge(replace(FINE, name_scores=dict.fromkeys(LABELS, 1.0)), RULES).outcome == "queue"


def test_an_edit_of_a_refused_text_is_at_best_pending() -> None:
    clean = replace(FINE, scores=dict.fromkeys(LABELS, 0.0), was_stopped=True)
    assert judge(clean, RULES).outcome == "queue"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((), "doubtful"),
        (("new_author",), "new_author"),
        (("new_author", "links"), "doubtful"),
        (("links",), "doubtful"),
    ],
)
def test_only_a_comment_held_for_nothing_else_waits_with_the_newcomers(
    codes: tuple[str, ...], expected: str
) -> None:
    informing = Reason("shouting", "approve", "It is mostly capitals.")
    assert lane((*(Reason(code, "queue", "") for code in codes), informing)) == expected


@pytest.mark.parametrize(
    ("scores", "expected"),
    [(None, 0.5), ({}, 0.5), ({"spam": 0.2, "insult": 0.7}, 0.7), ({"spam": 0.0}, 0.0)],
)
def test_harm_is_the_worst_probability_and_the_unknown_is_a_coin_toss(
    scores: dict[str, float] | None, expected: float
) -> None:
    assert harm(scores) == expected
