"""Take a comment: check it, score it, judge it, write it; acknowledged only when it is durable."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row
from uuid_utils.compat import uuid7

from ..domain import content
from ..domain.errors import Field, Invalid, Unauthenticated
from ..domain.policy import Reason, Signals, Verdict, harm, judge, lane
from ..domain.roles import Person
from ..live.queue import priority
from ..live.rates import address_block
from ..store import articles, audit, comments, decisions, idempotency, people
from ..store.writer import Transaction
from . import scoring
from .admission import limit_posts, refuse_closed, signals_of
from .parts import Parts
from .rendering import render
from .scoring import Bench

DEFAULT_NAME = "Anonymous"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader sent. reader None: no session yet, one is made with the comment."""

    site_id: str
    article_key: str
    body: str
    parent_id: str | None
    name: str | None
    reader: Person | None
    address: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of it. comment: what `store.comments.get` would give, without asking again."""

    comment: Any
    reasons: Sequence[dict[str, Any]]
    article_version: int
    reader_id: str
    is_replay: bool = False  # an earlier request was answered again: whoever asks now may be somebody else


@dataclass(frozen=True, slots=True)
class _Judged:
    """A checked draft with everything that could be known of it outside the transaction."""

    draft: Draft
    body_html: str
    signals: Signals
    words_hash: str
    bench: Bench


async def submit(parts: Parts, draft: Draft) -> Posted:
    """Post a comment. Raises Invalid, Conflict (closed), Forbidden (banned), TooMany or Away."""
    draft = replace(
        draft,
        article_key=content.checked_article_key(draft.article_key),
        body=content.checked_body(draft.body),
        name=content.checked_name(draft.name, field="author/name") if draft.name is not None else None,
    )
    bench = parts.scoring.bench(draft.site_id)
    await limit_posts(parts, draft.reader.person_id if draft.reader else None, draft.address)
    signals, words_hash = scoring.read_signals(bench, draft.body, draft.name or DEFAULT_NAME)
    judged = _Judged(draft, render(draft.body), signals, words_hash, bench)
    answer = parts.writer.submit(lambda transaction: _write(transaction, judged), key=draft.article_key)
    return await asyncio.wrap_future(answer)


def _write(transaction: Transaction, judged: _Judged) -> Posted:
    draft = judged.draft
    if draft.idempotency_key and (earlier := _earlier(transaction, draft)):
        return _posted(transaction, earlier)
    article = articles.ensure(transaction, draft.site_id, draft.article_key)
    refuse_closed(transaction, article)
    _check_parent(transaction, draft.parent_id, article.id)
    author, author_id, name = _author(transaction, draft)
    signals = judged.signals
    if name != (draft.name or DEFAULT_NAME):  # known only here: the name of the reader's session
        signals = replace(signals, **scoring.name_signals(judged.bench, name))
    known = signals_of(transaction, judged.bench, article, author, judged.words_hash)
    signals = replace(signals, **known)
    verdict = judge(signals, judged.bench.rules)
    judged = replace(judged, signals=signals)
    row = _row(transaction, judged, verdict, article_id=article.id, author=(author_id, name))
    version = comments.add(transaction, row, article.version)
    record_verdict(transaction, judged.bench, signals, verdict, comment_id=row["id"], revision=1, version=1)
    if author is not None and name != author.name:  # after the article's row: one order of locks
        people.rename_author(transaction, author_id, name)
    if draft.idempotency_key:
        idempotency.remember(transaction, **_key(draft), subject_id=row["id"])
    comment = SimpleNamespace(**row, article_key=article.key)
    return Posted(comment, [as_json(reason) for reason in verdict.reasons], version, author_id)


def _row(
    transaction: Transaction, judged: _Judged, verdict: Verdict, *, article_id: str, author: tuple[str, str]
) -> dict[str, Any]:
    draft = judged.draft
    return {
        "id": str(uuid7()),
        "site_id": draft.site_id,
        "article_id": article_id,
        "parent_id": draft.parent_id,
        "author_id": author[0],
        "author_name": author[1],
        "body": draft.body,
        "body_html": judged.body_html,
        "revision": 1,
        "status": verdict.status,
        "version": 1,
        "reply_count": 0,
        "like_count": 0,
        "lane": lane(verdict.reasons),
        "priority": priority(transaction.now_ms, harm=harm(judged.signals.scores), reach=1.0),
        "queued_at_ms": transaction.now_ms if verdict.status == "pending" else None,
        "words_hash": judged.words_hash,
        "address_block": address_block(draft.address),
        "created_at_ms": transaction.now_ms,
        "edited_at_ms": None,
    }


def record_verdict(
    transaction: Transaction,
    bench: Bench,
    signals: Signals,
    verdict: Verdict,
    *,
    comment_id: str,
    revision: int,
    version: int,
    status_before: str | None = None,
) -> None:
    """Append the policy's decision, the scores it rests on, and the audit entry."""
    if bench.model_id and signals.scores is not None:
        decisions.add_score(
            transaction,
            comment_id=comment_id,
            revision=revision,
            model_id=bench.model_id,
            scores=signals.scores,
            name_scores=signals.name_scores or {},
        )
    decisions.add(
        transaction,
        {
            "comment_id": comment_id,
            "revision": revision,
            "version": version,
            "actor": "policy",
            "actor_name": "policy",
            "action": verdict.outcome,
            "status_before": status_before,
            "status_after": verdict.status,
            "reasons": [as_json(reason) for reason in verdict.reasons],
            "policy_id": bench.rules.policy_id,
            "model_id": bench.model_id,
        },
    )
    audit.add(
        transaction,
        actor_id="policy",
        act=f"comment.{verdict.outcome}",
        subject_id=comment_id,
        facts={"revision": revision, "version": version, "model": bench.model_id},
    )


def as_json(reason: Reason) -> dict[str, Any]:
    """Return a reason as it is stored and shown."""
    shown: dict[str, Any] = {"code": reason.code, "outcome": reason.outcome, "detail": reason.detail}
    if reason.label is not None and reason.score is not None:
        shown |= {"label": reason.label, "score": round(reason.score, 4)}
    return shown


def _check_parent(transaction: Transaction, parent_id: str | None, article_id: str) -> None:
    if parent_id is None:
        return
    parent = comments.get(transaction.connection, parent_id)
    if parent is None or parent.status != "approved":
        raise _invalid_parent("The comment you answer does not exist, or is no longer shown.")
    if parent.article_id != article_id:
        raise _invalid_parent("The comment you answer belongs to another article.")


def _invalid_parent(detail: str) -> Invalid:
    return Invalid(detail, [Field("parent_id", detail)])


def _author(transaction: Transaction, draft: Draft) -> tuple[Row[Any] | None, str, str]:
    """Return (the author, if known before; id; display name) of who writes; a new reader is made here."""
    reader = draft.reader
    author = people.get_author(transaction.connection, reader.person_id) if reader else None
    if author is not None:
        return author, author.id, draft.name or author.name
    if reader and not reader.account_id:
        raise Unauthenticated("This reader no longer exists; start a new session.")
    author_id = reader.person_id if reader else str(uuid7())  # a program posts under its token's name
    name = draft.name or (reader.name if reader else DEFAULT_NAME)
    people.add_author(transaction, author_id=author_id, site_id=draft.site_id, name=name)
    return None, author_id, name


def _key(draft: Draft) -> dict[str, str]:
    said = f"{draft.body}\0{draft.parent_id}\0{draft.name}"
    return {
        "owner": draft.reader.person_id if draft.reader else f"address:{address_block(draft.address)}",
        "route": f"post:{draft.site_id}:{draft.article_key}",
        "key": draft.idempotency_key or "",
        "request_hash": hashlib.blake2b(said.encode(), digest_size=16).hexdigest(),
    }


def _earlier(transaction: Transaction, draft: Draft) -> str | None:
    return idempotency.earlier(transaction, **_key(draft))


def _posted(transaction: Transaction, comment_id: str) -> Posted:
    comment = comments.get(transaction.connection, comment_id)
    assert comment is not None  # noqa: S101 - written in this transaction or an earlier one
    said = decisions.latest(transaction.connection, [comment_id])[comment_id]
    version = articles.versions(transaction.connection, [comment.article_id])[comment.article_id]
    return Posted(comment, said.reasons, version, comment.author_id, is_replay=True)
