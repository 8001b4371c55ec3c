"""Appeal against a refusal, and answer that: once a decision, and by somebody who did not make it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from uuid_utils import uuid7

from ..domain import content
from ..domain.errors import Conflict, Forbidden, Missing
from ..domain.reporting import TEXT_LIMIT
from ..domain.roles import Person, require
from ..domain.states import Action, rejection_of
from ..store import appeals, articles, audit, comments, decisions, waiting
from ..store.writer import Transaction
from . import review
from .admission import limit_posts
from .pages import cut
from .parts import Parts

ACTIONS: dict[str, Action] = {"upheld": "approve", "dismissed": "reject"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a moderator answers. text: to the author; note: to colleagues."""

    outcome: Literal["upheld", "dismissed"]
    text: str | None = None
    reason: str | None = None
    note: str | None = None
    lease: str | None = None
    idempotency_key: str | None = None


async def appeal(parts: Parts, reader: Person, comment_id: str, text: str, address: str) -> Row[Any]:
    """Appeal against the refusal of one's comment. Raises Invalid, Missing, Forbidden, Conflict or TooMany.

    Somebody who is banned may appeal too.
    """
    text = content.checked_text(text, field="text", limit=TEXT_LIMIT)
    await limit_posts(parts, reader.person_id, address, act="appeal")
    found = await run_in_threadpool(_found, parts, comment_id, reader)

    def act(transaction: Transaction) -> Row[Any]:
        connection = transaction.connection
        articles.lock(connection, found.article_id)
        row = comments.get(connection, comment_id)
        refusal = decisions.refusals(connection, [comment_id]).get(comment_id)
        if row is None or refusal is None or row.status != "rejected":
            raise Conflict("Only a comment that was not published can be appealed against.")
        _check(transaction, row, refusal)
        return _save(transaction, reader, row, refusal.id, text)

    return await asyncio.wrap_future(parts.writer.submit(act, key=found.article_key))


def answer(parts: Parts, person: Person, appeal_id: str, said: Answer) -> tuple[Row[Any], review.Decided]:
    """Answer an appeal by a decision on its comment. Raises Missing, Forbidden or Conflict."""
    require(person, "moderator")
    told = content.checked_text(said.text, field="answer", limit=TEXT_LIMIT) if said.text else None
    with parts.database.read() as connection:
        found = appeals.get(connection, appeal_id)
        row = comments.get(connection, found.comment_id) if found else None
    if found is None or row is None:
        raise Missing("There is no such appeal.")
    if found.status != "open":
        raise Conflict("This appeal was decided already.")
    choice = review.Choice(
        comment_id=row.id,
        action=ACTIONS[said.outcome],
        version=row.version,
        reason=said.reason or rejection_of(found.decided_reasons) if said.outcome == "dismissed" else None,
        note=said.note,
        lease=said.lease,
        idempotency_key=said.idempotency_key,
        answer=told,
    )
    decided = review.decide(parts, person, choice)
    with parts.database.read() as connection:
        closed = appeals.get(connection, appeal_id)
    assert closed is not None  # noqa: S101 - no appeal is ever deleted
    return closed, decided


def listed(
    parts: Parts, person: Person, *, site_id: str, is_open: bool, after_id: str | None, limit: int
) -> tuple[Sequence[Row[Any]], dict[str, Row[Any]], str | None]:
    """Return (a page of a site's appeals, their comments by id, the key of the next page)."""
    require(person, "moderator")
    with parts.database.read() as connection:
        rows = appeals.listed(connection, site_id, is_open=is_open, after_id=after_id, limit=limit)
        shown, next_id = cut(rows, limit)
        found = comments.get_many(connection, [row.comment_id for row in shown])
    return shown, found, next_id


def _found(parts: Parts, comment_id: str, reader: Person) -> Row[Any]:
    with parts.database.read() as connection:
        row = comments.get(connection, comment_id)
    if row is None or (row.author_id != reader.person_id and not row.is_listed):
        raise Missing("There is no such comment.")
    if row.author_id != reader.person_id:
        raise Forbidden("This comment is somebody else's.")
    return row


def _check(transaction: Transaction, row: Row[Any], refusal: Row[Any]) -> None:
    connection = transaction.connection
    earlier = appeals.latest(connection, [row.id]).get(row.id)
    if earlier is not None and (earlier.status == "open" or earlier.decision_id == refusal.id):
        raise Conflict("You have appealed against this decision already.")
    if appeals.answers(connection, refusal.id):
        raise Conflict("Your appeal was decided; this decision is final here.")
    if not row.body:
        raise Conflict("The text of this comment was deleted when its time had come.")


def _save(transaction: Transaction, reader: Person, row: Row[Any], refusal_id: str, text: str) -> Row[Any]:
    made = {"id": str(uuid7()), "site_id": row.site_id, "comment_id": row.id, "decision_id": refusal_id}
    appeals.add(transaction, made | {"author_id": reader.person_id, "text": text})
    waiting.ask_again(transaction, row, lane="appeal", priority=float(transaction.now_ms))
    facts = {"appeal": made["id"], "decision": refusal_id}
    who = reader.person_id
    audit.add(transaction, actor_id=who, act="comment.appeal", subject_id=row.id, facts=facts)
    saved = appeals.get(transaction.connection, made["id"])
    assert saved is not None  # noqa: S101 - written above
    return saved
