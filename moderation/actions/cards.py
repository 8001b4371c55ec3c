"""A moderator's card: the comment with all that helps to decide it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row

from models.explain import Span

from ..domain.states import Status
from ..store import appeals, articles, comments, decisions, people, reports
from ..store.tables import article, comment
from . import highlights, language
from .pages import cut
from .parts import Parts
from .scoring import Scoring

CONTEXT_DEPTH = 3  # comments above the one to decide


@dataclass(frozen=True, slots=True)
class Card:
    """A comment, where it stands, who wrote it, and what the model and the policy said of it."""

    comment: Row[Any]
    article: Row[Any]
    context: Sequence[Row[Any]]  # the comments it answers, outermost first
    standing: str
    author_since_ms: int
    counts: Mapping[str, int]  # the author's comments by status
    scores: Mapping[str, float]
    model_id: str | None
    reasons: Sequence[Any]
    highlights: Sequence[Span]
    language: str
    reports: Sequence[Row[Any]] = ()  # the open ones
    appeal: Row[Any] | None = None  # an open one, with the decision that it is against


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a moderator looks for; None: any."""

    site_id: str
    status: Status | None = None
    text: str | None = None
    author_id: str | None = None
    article_key: str | None = None
    label: str | None = None
    min_score: float | None = None


def make(parts: Parts, comment_ids: Sequence[str]) -> list[Card]:
    """Build cards in the order of the ids."""
    with parts.database.read() as connection:
        found = comments.get_many(connection, comment_ids)
        rows = [found[comment_id] for comment_id in comment_ids if comment_id in found]
        return _cards(connection, parts.scoring, rows)


def search(
    parts: Parts, wanted: Wanted, *, after_id: str | None, limit: int
) -> tuple[list[Card], str | None]:
    """Return a page of cards, newest first, and the key after which the next one begins."""
    with parts.database.read() as connection:
        rows = comments.search(connection, _conditions(wanted), after_id=after_id, limit=limit)
        shown, next_id = cut(rows, limit)
        return _cards(connection, parts.scoring, shown), next_id


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [comment.c.site_id == wanted.site_id]
    if wanted.status:
        conditions.append(comment.c.status == wanted.status)
    if wanted.text:
        conditions.append(comment.c.body.icontains(wanted.text, autoescape=True))
    if wanted.author_id:
        conditions.append(comment.c.author_id == wanted.author_id)
    if wanted.article_key:
        conditions.append(article.c.key == wanted.article_key)
    if wanted.min_score is not None:
        conditions.append(comments.having_score(wanted.label or "toxicity", wanted.min_score))
    return conditions


def _cards(connection: Connection, scoring: Scoring, rows: Sequence[Row[Any]]) -> list[Card]:
    ids = [row.id for row in rows]
    scores = decisions.scores(connection, ids)
    said = decisions.of_policy(connection, ids)
    authors = people.get_authors(connection, list({row.author_id for row in rows}))
    counts = {author_id: people.standing(connection, author_id) for author_id in authors}
    reported = reports.of_comments(connection, ids)
    appealed = appeals.latest(connection, ids)
    places = {row.article_id: articles.get(connection, row.article_id) for row in rows}
    return [
        Card(
            comment=row,
            article=places[row.article_id],
            context=_context(connection, row),
            standing=authors[row.author_id].standing,
            author_since_ms=authors[row.author_id].created_at_ms,
            counts=counts[row.author_id],
            scores=scores[row.id].scores if row.id in scores else {},
            model_id=scores[row.id].model_id if row.id in scores else None,
            reasons=said[row.id].reasons if row.id in said else (),
            highlights=highlights.likeliest(
                scoring.bench(row.site_id), row.body, scores[row.id].scores if row.id in scores else {}
            ),
            language=language.detect(row.body, expected=scoring.bench(row.site_id).rules.languages),
            reports=[each for each in reported.get(row.id, ()) if each.status == "open"],
            appeal=_if_open(appealed.get(row.id)),
        )
        for row in rows
    ]


def _if_open(appeal: Row[Any] | None) -> Row[Any] | None:
    return appeal if appeal is not None and appeal.status == "open" else None


def _context(connection: Connection, row: Row[Any]) -> list[Row[Any]]:
    context: list[Row[Any]] = []
    parent_id = row.parent_id
    while parent_id and len(context) < CONTEXT_DEPTH:
        parent = comments.get(connection, parent_id)
        if parent is None:
            break
        context.insert(0, parent)
        parent_id = parent.parent_id
    return context
