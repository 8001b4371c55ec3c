"""What an author does with their own comments: edit within a few minutes, withdraw at any time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool

from ..domain import content
from ..domain.errors import Conflict, Forbidden, Missing
from ..domain.policy import harm, judge, lane
from ..domain.states import is_asked_again
from ..live.queue import priority
from ..store import articles, audit, comments, decisions, mutes, people, replies
from ..store.writer import Transaction
from . import grounds, scoring
from .admission import admitted_state, limit_posts, signals_of
from .grounds import NONE, Grounds
from .parts import Parts
from .person import ERASED, withdraw_one
from .rendering import render
from .scoring import Written
from .verdicts import Judgement, record

EDIT_WINDOW_MS = 5 * 60 * 1000
OWN_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """A comment after its author changed it, with the policy's reasons."""

    comment: Row[Any]
    reasons: Sequence[dict[str, Any]]
    article_version: int
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class Known:
    """A reader, as their own page greets them."""

    name: str
    mute_count: int = 0
    unread_replies: int = 0


def list_own(parts: Parts, reader_id: str, *, site_id: str, article_key: str) -> list[Changed]:
    """Return an author's newest comments on an article, waiting and refused ones too."""
    with parts.database.read() as connection:
        article = articles.find(connection, site_id, article_key)
        if article is None:
            return []
        rows = comments.own(connection, reader_id, article.id, limit=OWN_LIMIT)
        said = decisions.latest(connection, [row.id for row in rows])
        told = grounds.told(connection, rows)
    return [Changed(row, said[row.id].reasons, article.version, told.get(row.id, NONE)) for row in rows]


def reader(parts: Parts, reader_id: str) -> Known:
    """Return what a page asks of its reader first. Raises Missing when they were erased."""
    with parts.database.read() as connection:
        found = people.get_author(connection, reader_id)
        if found is None or found.standing == ERASED:
            raise Missing("This reader no longer exists.")
        counted = mutes.count(connection, reader_id), replies.count_unread(connection, reader_id)
        return Known(found.name, *counted)


async def edit(parts: Parts, reader_id: str, comment_id: str, body: str, address: str) -> Changed:
    """Replace a comment's text by a new revision, scored and judged anew."""
    body = content.checked_body(body)
    await limit_posts(parts, reader_id, address)
    body_html = render(body)
    found = await run_in_threadpool(_found, parts, comment_id)
    bench = parts.scoring.bench(found.site_id)
    written = Written(body)
    text_signals = scoring.read_signals(bench, [(written, found.author_name)])[0]
    words_hash = written.words_hash

    def act(transaction: Transaction) -> Changed:
        comment = _own(transaction, reader_id, comment_id)
        if transaction.now_ms - comment.created_at_ms > EDIT_WINDOW_MS:
            raise Conflict("A comment can be edited for five minutes; this one is older.")
        if comment.status == "withdrawn":
            raise Conflict("A withdrawn comment cannot be edited.")
        article = articles.get(transaction.connection, comment.article_id)
        state = admitted_state(transaction, bench, article.key, article)
        author = people.get_author(transaction.connection, reader_id)
        known = signals_of(transaction, bench, state, author, words_hash)
        was_stopped = decisions.was_stopped(transaction.connection, comment.id)
        signals = replace(text_signals, was_stopped=was_stopped, **known)
        verdict = judge(signals, bench.rules)
        is_asked = is_asked_again(comment.status, comment.queued_at_ms)  # an edit does not answer that
        queued_at_ms = transaction.now_ms if verdict.status == "pending" else None
        changes = {
            "body": body,
            "body_html": body_html,
            "revision": comment.revision + 1,
            "edited_at_ms": transaction.now_ms,
            "words_hash": words_hash,
            "lane": comment.lane if is_asked or comment.lane == "escalated" else lane(verdict.reasons),
            "priority": priority(transaction.now_ms, harm=harm(signals.scores), reach=1.0),
            "queued_at_ms": comment.queued_at_ms if is_asked else queued_at_ms,
        }
        comments.add_revisions(transaction, [comment._asdict() | changes])
        version = comments.move(transaction, comment, verdict.status, changes)
        judgement = Judgement(
            bench,
            signals,
            verdict,
            comment_id=comment.id,
            revision=comment.revision + 1,
            version=comment.version + 1,
            status_before=comment.status,
        )
        record(transaction, [judgement])
        return _changed(transaction, comment_id, version)

    return await asyncio.wrap_future(parts.writer.submit(act, key=found.article_key))


async def withdraw(parts: Parts, reader_id: str, comment_id: str) -> None:
    """Take one's comment back; its replies stay. Doing it twice is doing it once."""

    def act(transaction: Transaction) -> None:
        comment = _own(transaction, reader_id, comment_id)
        if comment.status == "withdrawn":
            return
        withdraw_one(transaction, comment)
        audit.add(
            transaction,
            actor_id=reader_id,
            act="comment.withdraw",
            subject_id=comment.id,
            facts={"version": comment.version + 1},
        )

    found = await run_in_threadpool(_found, parts, comment_id)
    await asyncio.wrap_future(parts.writer.submit(act, key=found.article_key))


def _found(parts: Parts, comment_id: str) -> Row[Any]:
    """Return a comment as it is before the transaction. Raises Missing."""
    with parts.database.read() as connection:
        comment = comments.get(connection, comment_id)
    if comment is None:
        raise Missing("There is no such comment.")
    return comment


def _own(transaction: Transaction, reader_id: str, comment_id: str) -> Row[Any]:
    comment = comments.get(transaction.connection, comment_id)
    if comment is None:
        raise Missing("There is no such comment.")
    if comment.author_id != reader_id:
        raise Forbidden("This comment is somebody else's.")
    return comment


def _changed(transaction: Transaction, comment_id: str, version: int) -> Changed:
    comment = comments.get(transaction.connection, comment_id)
    assert comment is not None  # noqa: S101 - changed in this transaction
    said = decisions.latest(transaction.connection, [comment_id])[comment_id]
    told = grounds.told(transaction.connection, [comment])
    return Changed(comment, said.reasons, version, told.get(comment_id, NONE))
