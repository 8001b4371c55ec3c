"""Report a comment; what enough reports ask for happens in the same transaction."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from uuid_utils import uuid7

from ..domain import reporting
from ..domain.errors import Forbidden, Missing, Unauthenticated
from ..domain.reporting import Complaint, Filed
from ..domain.roles import Person, require
from ..live.queue import priority
from ..live.rates import address_block
from ..store import articles, audit, comments, decisions, people, reports, waiting
from ..store.writer import Transaction
from .admission import circumstances, limit_posts
from .pages import cut
from .parts import Parts
from .scoring import Bench


async def file(parts: Parts, reader: Person, comment_id: str, said: Complaint, address: str) -> Row[Any]:
    """Report a comment; return the report. Doing it twice is doing it once.

    Raises Invalid, Missing (also for what is not shown), Forbidden (one's own; banned) or TooMany.
    """
    said = reporting.checked(said)
    await limit_posts(parts, reader.person_id, address, act="report")
    found = await run_in_threadpool(_found, parts, comment_id)
    bench = parts.scoring.bench(found.site_id)
    block = address_block(address) if reader.is_stranger else None

    def act(transaction: Transaction) -> Row[Any]:
        connection = transaction.connection
        _check(transaction, reader, found.site_id)
        if earlier := reports.find(connection, comment_id, reader.person_id):
            return earlier
        articles.lock(connection, found.article_id)  # two reporters at once: the second counts the first
        row = _shown(transaction, comment_id, reader)
        report_id = _save(transaction, reader, row, said, block)
        step = _follow_up(transaction, row, bench)
        facts = {"report": report_id, "category": said.category, "step": step}
        who = reader.person_id
        audit.add(transaction, actor_id=who, act="comment.report", subject_id=row.id, facts=facts)
        made = reports.find(connection, comment_id, who)
        assert made is not None  # noqa: S101 - written above
        return made

    return await asyncio.wrap_future(parts.writer.submit(act, key=found.article_key))


def list_own(
    parts: Parts, reader_id: str, *, after_id: str | None, limit: int
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return a page of what somebody reported and what became of it."""
    with parts.database.read() as connection:
        rows = reports.by_reporter(connection, reader_id, after_id=after_id, limit=limit)
    return cut(rows, limit)


def listed(
    parts: Parts,
    person: Person,
    *,
    site_id: str,
    is_open: bool,
    category: str | None,
    after_id: str | None,
    limit: int,
) -> tuple[Sequence[Row[Any]], dict[str, Row[Any]], str | None]:
    """Return (a page of a site's reports, their comments by id, the key of the next page)."""
    require(person, "moderator")
    with parts.database.read() as connection:
        rows = reports.listed(
            connection, site_id, is_open=is_open, category=category, after_id=after_id, limit=limit
        )
        shown, next_id = cut(rows, limit)
        found = comments.get_many(connection, [row.comment_id for row in shown])
    return shown, found, next_id


def _found(parts: Parts, comment_id: str) -> Row[Any]:
    with parts.database.read() as connection:
        row = comments.get(connection, comment_id)
    if row is None:
        raise Missing("There is no such comment.")
    return row


def _check(transaction: Transaction, reader: Person, site_id: str) -> None:
    author = people.get_author(transaction.connection, reader.person_id)
    if author is None:
        raise Unauthenticated("Start a session first (POST /api/v1/session).")
    circumstances("open", author, transaction.now_ms)
    if author.site_id != site_id:
        raise Missing("There is no such comment.")


def _shown(transaction: Transaction, comment_id: str, reader: Person) -> Row[Any]:
    row = comments.get(transaction.connection, comment_id)
    if row is not None and row.author_id == reader.person_id:
        raise Forbidden("This is your own comment: you can delete it.")
    if row is None or row.status != "approved":
        raise Missing("There is no such comment.")
    return row


def _save(transaction: Transaction, reader: Person, row: Row[Any], said: Complaint, block: str | None) -> str:
    record = reports.record_of(transaction.connection, reader.person_id)
    made = {
        "id": str(uuid7()),
        "site_id": row.site_id,
        "comment_id": row.id,
        "revision": row.revision,
        "reporter_id": reader.person_id,
        "address_block": block,
        "category": said.category,
        "text": said.text,
        "weight": reporting.weight(upheld=record.get("upheld", 0), dismissed=record.get("dismissed", 0)),
    }
    reports.add(transaction, made, (said.name or "", said.email or "") if said.name or said.email else None)
    return str(made["id"])


def filed(rows: Sequence[Row[Any]]) -> list[Filed]:
    """Return the open ones of a comment's reports, as they count."""
    is_open = [row for row in rows if row.status == "open"]
    return [Filed(row.address_block or row.reporter_id, row.weight, row.category) for row in is_open]


def _follow_up(transaction: Transaction, row: Row[Any], bench: Bench) -> reporting.FollowUp:
    rows = reports.of_comments(transaction.connection, [row.id])[row.id]
    kept = len({each.decision_id for each in rows if each.status == "dismissed"})
    counted = filed(rows)
    step = reporting.follow_up(counted, bench.rules, kept=kept)
    place = priority(transaction.now_ms, harm=reporting.harm(counted), reach=1.0)
    if step == "queue":
        waiting.ask_again(transaction, row, lane="reported", priority=place)
    elif step == "hide":
        _hide(transaction, row, bench, place, len(counted))
    return step


def _hide(transaction: Transaction, row: Row[Any], bench: Bench, place: float, number: int) -> None:
    """Take a comment off the page until somebody has looked, as the policy's decision."""
    queued = {"queued_at_ms": row.queued_at_ms or transaction.now_ms, "lane": "reported", "priority": place}
    comments.move(transaction, row, "pending", queued)
    decisions.add(
        transaction,
        {
            "comment_id": row.id,
            "revision": row.revision,
            "version": row.version + 1,
            "actor": "policy",
            "actor_name": "policy",
            "action": "queue",
            "status_before": row.status,
            "status_after": "pending",
            "reasons": [{"code": "reported", "outcome": "queue", "detail": reporting.sentence(number)}],
            "policy_id": bench.rules.policy_id,
        },
    )
