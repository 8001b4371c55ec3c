"""Tell an author what would become of a comment, before it is sent. Nothing is stored, nothing is told.

What is said is what the policy would say of the same text now; the verdict that counts is made when
the comment is posted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool

from models.explain import Span

from ..domain.policy import Outcome, Reason, Verdict, judge
from ..store import articles, people
from ..store.writer import Transaction
from . import highlights, scoring
from .admission import admitted_state, limit_posts, refuse_strangers, signals_of
from .drafts import DEFAULT_NAME, Draft, checked
from .parts import Parts, now_ms
from .rendering import render
from .scoring import Bench, Written

TELLING = 0.3  # of the strongest word's weight


@dataclass(frozen=True, slots=True)
class Preview:
    """phrases: stretches (begin, end) of the body that drove the outcome, in code points."""

    body: str
    body_html: str
    outcome: Outcome
    reasons: Sequence[Reason]
    phrases: Sequence[tuple[int, int]]


async def preview(parts: Parts, draft: Draft) -> Preview:
    """Judge without keeping anything; counts as a post does, or it would be a way to try the filter."""
    draft = checked(draft)
    bench = parts.scoring.bench(draft.site_id)  # an unknown site is refused before anything is counted
    refuse_strangers(bench, draft.reader)
    await limit_posts(parts, draft.reader.person_id if draft.reader else None, draft.address)
    return await run_in_threadpool(_judged, parts, draft)


def _judged(parts: Parts, draft: Draft) -> Preview:
    bench, written = parts.scoring.bench(draft.site_id), Written(draft.body)
    with parts.database.read() as connection:
        reading = Transaction(connection, now_ms())
        article = articles.find(connection, draft.site_id, draft.article_key)
        author = people.get_author(connection, draft.reader.person_id) if draft.reader else None
        state = admitted_state(reading, bench, draft.article_key, article)
        known = signals_of(reading, bench, state, author, written.words_hash)
    name = draft.name or (author.name if author else DEFAULT_NAME)
    verdict = judge(replace(scoring.read_signals(bench, [(written, name)])[0], **known), bench.rules)
    decisive = [reason for reason in verdict.reasons if reason.outcome == verdict.outcome != "approve"]
    return Preview(
        draft.body, render(draft.body), verdict.outcome, decisive, _phrases(bench, draft.body, verdict)
    )


def _phrases(bench: Bench, body: str, verdict: Verdict) -> list[tuple[int, int]]:
    codes = {reason.code for reason in verdict.reasons if reason.outcome == verdict.outcome}
    spans: list[Span] = []
    if codes & {"banned_word", "suspect_word"}:
        spans += highlights.listed(bench, body)
    if "score" in codes:
        labels = [each.label for each in verdict.reasons if each.outcome == verdict.outcome and each.label]
        spans += _strong(highlights.driving(bench, body, labels))
    return _merged(spans)


def _strong(spans: Sequence[Span]) -> list[Span]:
    """Leave out the words that only helped: an author is to see what to reword, not why exactly."""
    strongest = max((span.weight for span in spans), default=0.0)
    return [span for span in spans if span.weight >= TELLING * strongest]


def _merged(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Join stretches that overlap: two labels are often driven by the same word."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted((span.begin, span.end) for span in spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged
