"""A moderator's work: claim, look, decide, undo.

Redis hands the work out; SQL decides. The version that a moderator saw is the only fence: whoever
comes second writes nothing and hears Conflict. A mistake is undone by a new decision.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from ..domain.errors import Away, Conflict, Missing
from ..domain.roles import Person, require
from ..domain.states import REJECTION_SENTENCES, Action, Status, after, is_asked_again, waits
from ..live.queue import CLAIM_LANES, Lease, LeaseLost
from ..store import appeals, audit, comments, decisions, idempotency, waiting
from ..store.writer import Transaction
from . import measures, settling
from .parts import Parts

DEFER_MS = 15 * 60 * 1000  # a deferred comment comes back behind what arrived in the next quarter hour


@dataclass(frozen=True, slots=True)
class Choice:
    """What a moderator decided. version: of the comment that was looked at."""

    comment_id: str
    action: Action
    version: int
    reason: str | None = None
    note: str | None = None
    lease: str | None = None
    idempotency_key: str | None = None
    answer: str | None = None  # to the author, where this answers an appeal


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision and the comment after it."""

    decision: Row[Any]
    comment: Row[Any]


@measures.timed(measures.CLAIM, "claim")
def claim(
    parts: Parts, person: Person, *, site_id: str, limit: int, lane: str | None, order: str
) -> list[Lease]:
    """Lease up to `limit` waiting comments; what Redis still holds of decided ones is dropped."""
    require(person, "moderator")
    queue = parts.queue_of(site_id)
    lanes = (lane,) if lane else CLAIM_LANES
    claimed: list[Lease] = []
    passed_on: list[Lease] = []
    while len(claimed) < limit:
        wanted = limit - len(claimed)
        leases = queue.claim(limit=wanted, lanes=lanes, holder=person.person_id, order=order)
        ids = [lease.comment_id for lease in leases]
        with parts.database.read() as connection:
            wait_on = waiting.still(connection, ids)
            said = decisions.latest(connection, ids)
            barred = _barred(connection, person, leases)
        own = {last.comment_id for last in said.values() if _was_passed_on(last, person)}
        if stale := [comment_id for comment_id in ids if comment_id not in wait_on]:
            queue.remove(stale)
        held = [lease for lease in leases if lease.comment_id in wait_on]
        # What one has just deferred or escalated oneself is for others, unless one asks for its lane.
        others = barred if lane is not None else barred | own
        passed_on += [lease for lease in held if lease.comment_id in others]
        claimed += [lease for lease in held if lease.comment_id not in others]
        if len(leases) < wanted:
            break
    for lease in passed_on:
        queue.release(lease.token, holder=person.person_id)
    return claimed


def _was_passed_on(last: Row[Any], person: Person) -> bool:
    is_own = last.account_id is not None and last.account_id == person.account_id
    return is_own and last.action in {"defer", "escalate"} and last.undoes_id is None


def _barred(connection: Connection, person: Person, leases: Sequence[Lease]) -> set[str]:
    """Return the comments whose appeal is against this person's own decision."""
    ids = [lease.comment_id for lease in leases if lease.lane in {"appeal", "escalated"}]
    found = appeals.latest(connection, ids) if ids else {}
    return {comment_id for comment_id, appeal in found.items() if settling.is_barred(appeal, person)}


def extend(parts: Parts, person: Person, site_id: str, token: str) -> Lease:
    """Keep a lease for another while. Raises Conflict when it was lost."""
    require(person, "moderator")
    return parts.queue_of(site_id).extend(token, holder=person.person_id)


def release(parts: Parts, person: Person, site_id: str, token: str) -> None:
    """Give a comment back to its lane. Raises Conflict when the lease was lost."""
    require(person, "moderator")
    parts.queue_of(site_id).release(token, holder=person.person_id)


@measures.timed(measures.DECIDE, "decide")
def decide(parts: Parts, person: Person, choice: Choice) -> Decided:
    """Decide a comment. Raises Missing, or Conflict when someone was faster; then nothing is written."""
    require(person, "moderator")
    with parts.database.read() as connection:
        found = comments.get(connection, choice.comment_id)
    key = found.article_key if found else ""  # groups are sorted by article, see store/writer
    decided = parts.writer.run(lambda tx: _decide(tx, person, choice), key=key)
    _let_go(parts, person, decided.comment, choice.lease)
    return decided


def _let_go(parts: Parts, person: Person, comment: Row[Any], lease: str | None) -> None:
    """Take a decided comment out of the queue at once; the relay does the same from the outbox."""
    queue = parts.queue_of(comment.site_id)
    with suppress(Away, LeaseLost):
        if not waits(comment.status, comment.queued_at_ms):
            queue.remove([comment.id])
        elif lease:
            queue.release(lease, holder=person.person_id, comment_id=comment.id)


def undo(parts: Parts, person: Person, decision_id: str) -> Decided:
    """Take one's last decision back by a new one that restores the status before it.

    Raises Conflict when the comment was decided again since, or the decision was undone before.
    """
    require(person, "moderator")
    with parts.database.read() as connection:
        decision = decisions.get(connection, decision_id)
        found = comments.get(connection, decision.comment_id) if decision else None
    key = found.article_key if found else ""
    return parts.writer.run(lambda tx: _undo(tx, person, decision_id), key=key)


def _decide(transaction: Transaction, person: Person, choice: Choice) -> Decided:
    connection = transaction.connection
    if choice.idempotency_key and (earlier := idempotency.earlier(transaction, **_key(person, choice))):
        return _decided(transaction, earlier)
    comment = comments.get(connection, choice.comment_id)
    if comment is None:
        raise Missing("There is no such comment.")
    if comment.version != choice.version:
        raise Conflict("Someone else decided this comment first.")
    settling.refuse_first_decider(transaction, person, comment.id, choice.action)
    is_asked = is_asked_again(comment.status, comment.queued_at_ms)
    status = after(comment.status, choice.action, is_asked_again=is_asked)
    asked = comment.lane if is_asked and choice.action in {"defer", "escalate"} else None
    reasons = _reasons(choice, settling.reported(transaction, comment.id)) if status == "rejected" else []
    decision_id = _save(transaction, person, comment, choice, status, reasons=reasons, asked=asked)
    settling.settle(transaction, comment.id, choice.action, decision_id, choice.answer)
    if choice.idempotency_key:
        idempotency.remember(transaction, **_key(person, choice), subject_id=decision_id)
    return _decided(transaction, decision_id)


def _save(
    transaction: Transaction,
    person: Person,
    comment: Row[Any],
    choice: Choice,
    status: Status,
    *,
    reasons: list[dict[str, Any]],
    asked: str | None = None,
    undoes_id: str | None = None,
) -> str:
    """Write a decision. asked: the lane in which the comment waits on, whatever it is."""
    if not comment.body:  # nobody can judge it any more, and it must not be published empty
        raise Conflict("The text of this comment was deleted when its time had come.")
    changes: dict[str, Any] = {"queued_at_ms": None, "lane": asked or comment.lane}
    if status == "pending" or asked:
        changes["queued_at_ms"] = comment.queued_at_ms or transaction.now_ms
    if choice.action == "defer" and undoes_id is None:
        changes["priority"] = max(comment.priority, float(transaction.now_ms)) + DEFER_MS
    if choice.action == "escalate":
        changes["lane"] = "escalated"
    comments.move(transaction, comment, status, changes)
    said = decisions.latest(transaction.connection, [comment.id]).get(comment.id)
    decision_id = decisions.add(
        transaction,
        {
            "comment_id": comment.id,
            "revision": comment.revision,
            "version": comment.version + 1,
            "actor": "moderator",
            "account_id": person.account_id,
            "actor_name": person.name,
            "action": choice.action,
            "status_before": comment.status,
            "status_after": status,
            "reason": choice.reason,
            "note": choice.note,
            "reasons": reasons,
            "policy_id": said.policy_id if said else None,
            "model_id": said.model_id if said else None,
            "undoes_id": undoes_id,
            "waited_ms": _waited(comment, transaction.now_ms) if undoes_id is None else None,
        },
    )
    audit.add(
        transaction,
        actor_id=person.person_id,
        act="comment.undo" if undoes_id else f"comment.{choice.action}",
        subject_id=comment.id,
        facts={"decision": decision_id, "version": comment.version + 1, "undoes": undoes_id},
    )
    return decision_id


def _undo(transaction: Transaction, person: Person, decision_id: str) -> Decided:
    connection = transaction.connection
    decision = decisions.get(connection, decision_id)
    if decision is None or decision.actor != "moderator":
        raise Missing("There is no such decision of a moderator.")
    comment = comments.get(connection, decision.comment_id)
    if comment is None:
        raise Missing("The comment is gone.")
    if decisions.is_undone(connection, decision_id):
        raise Conflict("This decision was undone already.")
    if comment.version != decision.version or comment.status == "withdrawn":
        raise Conflict("The comment has changed since this decision.")
    status: Status = decision.status_before
    asked = settling.unsettle(transaction, comment, decision_id)
    choice = Choice(comment.id, _ACTION[status], comment.version)
    is_refusal = status == "rejected"  # which has its reasons back
    reasons = decisions.refusal_before(connection, comment.id, decision.version) if is_refusal else []
    made = _save(
        transaction, person, comment, choice, status, reasons=reasons, asked=asked, undoes_id=decision_id
    )
    return _decided(transaction, made)


# An undo is recorded as the act that leads back to where the comment was.
_ACTION: dict[Status, Action] = {"approved": "approve", "rejected": "reject", "pending": "defer"}


def _decided(transaction: Transaction, decision_id: str) -> Decided:
    decision = decisions.get(transaction.connection, decision_id)
    assert decision is not None  # noqa: S101 - written in this transaction or an earlier one
    comment = comments.get(transaction.connection, decision.comment_id)
    assert comment is not None  # noqa: S101
    return Decided(decision, comment)


def _reasons(choice: Choice, reported: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if choice.action != "reject":
        return []
    code = choice.reason or "other"
    return [{"code": code, "outcome": "reject", "detail": REJECTION_SENTENCES[code]}, *reported]


def _waited(comment: Row[Any], now_ms: int) -> int | None:
    return now_ms - comment.queued_at_ms if comment.queued_at_ms else None


def _key(person: Person, choice: Choice) -> dict[str, str]:
    said = f"{choice.action}\0{choice.version}\0{choice.reason}\0{choice.note}"
    return {
        "owner": person.person_id,
        "route": f"decide:{choice.comment_id}",
        "key": choice.idempotency_key or "",
        "request_hash": hashlib.blake2b(said.encode(), digest_size=16).hexdigest(),
    }
