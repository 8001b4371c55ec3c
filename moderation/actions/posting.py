"""Write a group of new comments in one transaction: load for all, judge each, save all.

Called in the writer's thread. One read a table finds what the group needs, the classifier scores
all texts at once, and one insert a table keeps what became of them. A draft that may not be posted
is answered with its refusal before anything of it is written, so it does not hurt its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row
from uuid_utils import uuid7

from ..domain.errors import Field, Invalid, Refused, Unauthenticated
from ..domain.policy import Signals, Verdict, harm, judge, lane
from ..domain.roles import badges
from ..live.queue import priority
from ..live.rates import address_block
from ..store import articles, comments, decisions, idempotency, people, softenings
from ..store.writer import Transaction
from . import names, scoring, verdicts
from .admission import REPEAT_WINDOW_MS, admitted_state, approved_before, circumstances, refuse_hasty
from .drafts import DEFAULT_NAME, Checked, Draft, Posted
from .verdicts import Judgement


@dataclass(frozen=True, slots=True)
class _Known:
    """What SQL knows of a group before it is written."""

    earlier: dict[idempotency.Key, Row[Any]]
    articles: dict[tuple[str, str], Row[Any]]
    parents: dict[str, Row[Any]]
    authors: dict[str, Row[Any]]
    names: names.Known


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A draft that may be posted; author None: made now."""

    checked: Checked
    author: Row[Any] | None
    author_id: str
    name: str
    circumstances: dict[str, Any]


def write(transaction: Transaction, group: Sequence[Checked]) -> list[Posted | Refused]:
    """Write a group; answer each with what became of it, in the same order."""
    answers: dict[int, Posted | Refused] = {}
    for drafts in _rounds(group):
        known = _load(transaction, drafts)
        admitted: list[_Admitted] = []
        for checked in drafts:
            try:
                found = _answered(transaction, known, checked) or _admit(transaction, known, checked)
            except Refused as refusal:
                answers[id(checked)] = refusal
                continue
            if isinstance(found, Posted):
                answers[id(checked)] = found
            else:
                admitted.append(found)
        if admitted:
            posted = _save(transaction, known, admitted)
            answers |= {id(each.checked): made for each, made in zip(admitted, posted, strict=True)}
    return [answers[id(checked)] for checked in group]


def _rounds(group: Sequence[Checked]) -> Iterator[Sequence[Checked]]:
    """Deal a group into rounds in which nobody writes twice: the second must see what the first wrote."""
    waiting = group
    while waiting:
        seen: set[object] = set()
        now: list[Checked] = []
        later: list[Checked] = []
        for checked in waiting:
            reader = checked.draft.reader
            marks = {mark for mark in (checked.key, reader and reader.person_id) if mark}
            (now if seen.isdisjoint(marks) else later).append(checked)
            seen |= marks
        yield now
        waiting = later


def _load(transaction: Transaction, drafts: Sequence[Checked]) -> _Known:
    connection = transaction.connection
    parent_ids = {each.draft.parent_id for each in drafts if each.draft.parent_id}
    reader_ids = {each.draft.reader.person_id for each in drafts if each.draft.reader}
    authors = people.get_authors(connection, list(reader_ids)) if reader_ids else {}
    return _Known(
        earlier=idempotency.find(transaction, [each.key for each in drafts if each.key]),
        articles=articles.find_all(connection, list({each.article for each in drafts})),
        parents=comments.get_many(connection, list(parent_ids)) if parent_ids else {},
        authors=authors,
        names=names.look_up(connection, _new_names(drafts, authors)),
    )


def _new_names(drafts: Sequence[Checked], authors: dict[str, Row[Any]]) -> Iterator[tuple[str, str]]:
    """Yield (site, name) of anonymous readers who call themselves so for the first time."""
    for draft in (each.draft for each in drafts):
        author = authors.get(draft.reader.person_id) if draft.reader else None
        if draft.name and _is_new_name(draft, author):
            yield draft.site_id, draft.name


def _is_new_name(draft: Draft, author: Row[Any] | None) -> bool:
    is_stranger = draft.reader is None or draft.reader.is_stranger
    return is_stranger and draft.name is not None and (author is None or author.name != draft.name)


def _answered(transaction: Transaction, known: _Known, checked: Checked) -> Posted | None:
    """Return what an earlier request with the same key was answered. Raises Invalid for another body."""
    earlier = known.earlier.get(checked.key) if checked.key else None
    if earlier is None:
        return None
    comment_id = idempotency.subject(earlier, checked.request_hash)
    comment = comments.get(transaction.connection, comment_id)
    assert comment is not None  # noqa: S101 - written in this transaction or an earlier one
    said = decisions.latest(transaction.connection, [comment_id])[comment_id]
    return Posted(comment, said.reasons, comment.article_version, comment.author_id, is_replay=True)


def _admit(transaction: Transaction, known: _Known, checked: Checked) -> _Admitted:
    """Ask everything that may refuse a draft. Raises Conflict, Invalid, Unauthenticated or Forbidden."""
    draft = checked.draft
    article = known.articles.get(checked.article)
    state = admitted_state(transaction, checked.bench, draft.article_key, article)
    _check_parent(draft.parent_id, known, article.id if article else None)
    author, author_id, name = _author(known, draft)
    if _is_new_name(draft, author):
        known.names.refuse(name, draft.site_id, checked.bench.title, field="author/name")
    if not (draft.reader and draft.reader.account_id):  # a newsroom's own words need not wait
        refuse_hasty(transaction, checked.bench, article, author)
    return _Admitted(checked, author, author_id, name, circumstances(state, author, transaction.now_ms))


def _check_parent(parent_id: str | None, known: _Known, article_id: str | None) -> None:
    if parent_id is None:
        return
    parent = known.parents.get(parent_id)
    if parent is None or parent.status != "approved":
        raise _invalid_parent("The comment you answer does not exist, or is no longer shown.")
    if parent.article_id != article_id:
        raise _invalid_parent("The comment you answer belongs to another article.")


def _invalid_parent(detail: str) -> Invalid:
    return Invalid(detail, [Field("parent_id", detail)])


def _author(known: _Known, draft: Draft) -> tuple[Row[Any] | None, str, str]:
    """Return (the author, if known before; id; display name) of who writes."""
    reader = draft.reader
    author = known.authors.get(reader.person_id) if reader else None
    if author is not None:
        return author, author.id, draft.name or author.name
    if reader and not reader.account_id:
        raise Unauthenticated("This reader no longer exists; start a new session.")
    author_id = reader.person_id if reader else str(uuid7())  # a program posts under its token's name
    return None, author_id, draft.name or (reader.name if reader else DEFAULT_NAME)


def _judge(transaction: Transaction, admitted: Sequence[_Admitted]) -> list[tuple[Signals, Verdict]]:
    """Judge all: scored at once, each with what SQL knows of its author."""
    known = [(each.author_id, each.checked.written.words_hash) for each in admitted if each.author]
    since_ms = transaction.now_ms - REPEAT_WINDOW_MS
    repeats = comments.repeats_of_all(transaction.connection, known, since_ms)
    judged = []
    for each, read in zip(admitted, _read(admitted), strict=True):
        bench = each.checked.bench
        said = dict(each.circumstances)
        if each.author:
            said["repeat_count"] = repeats[each.author_id, each.checked.written.words_hash]
            said |= approved_before(transaction, bench, each.author_id)
        signals = replace(read, **said)
        judged.append((signals, judge(signals, bench.rules)))
    return judged


def _read(admitted: Sequence[_Admitted]) -> Iterator[Signals]:
    """Read the signals off all texts, at once where one bench judges; a session's name is known now."""
    for _, same in groupby(admitted, key=lambda each: id(each.checked.bench)):
        drafts = list(same)
        written = [(each.checked.written, each.name) for each in drafts]
        yield from scoring.read_signals(drafts[0].checked.bench, written)


def _save(transaction: Transaction, known: _Known, admitted: Sequence[_Admitted]) -> list[Posted]:
    judged = _judge(transaction, admitted)
    owners = {
        name: known.articles.get(name) or articles.ensure(transaction, *name) for name in _names(admitted)
    }
    fresh = [each for each in admitted if each.author is None]
    people.add_authors(
        transaction,
        [_author_row(each) for each in fresh],
    )
    rows = [
        _row(transaction, each, owners[each.checked.article].id, *said)
        for each, said in zip(admitted, judged, strict=True)
    ]
    versions = comments.add_all(transaction, rows)
    verdicts.record(
        transaction,
        [
            Judgement(each.checked.bench, *said, comment_id=row["id"], revision=1, version=1)
            for each, said, row in zip(admitted, judged, rows, strict=True)
        ],
    )
    _remember(transaction, admitted, rows)
    softened = zip(rows, admitted, strict=True)
    first = {row["id"]: said for row, each in softened if (said := each.checked.draft.softened_from)}
    softenings.add_all(transaction, first)
    posted = []
    for each, row, (_, verdict) in zip(admitted, rows, judged, strict=True):
        owner = owners[each.checked.article]
        reasons = [verdicts.as_json(reason) for reason in verdict.reasons]
        comment = SimpleNamespace(**row, article_key=owner.key)
        posted.append(Posted(comment, reasons, versions.get(row["id"], owner.version), each.author_id))
    return posted


def _author_row(admitted: _Admitted) -> dict[str, str | None]:
    """Return the row of an author who is new: whoever runs the site may not be impersonated."""
    draft = admitted.checked.draft
    is_desk = draft.reader is not None and draft.reader.role in {"moderator", "admin"}
    skeleton = names.protected_skeleton(admitted.name) if is_desk else None
    return {"id": admitted.author_id, "site_id": draft.site_id, "name": admitted.name, "skeleton": skeleton}


def _names(admitted: Sequence[_Admitted]) -> list[tuple[str, str]]:
    return list({each.checked.article: None for each in admitted})


def _remember(
    transaction: Transaction, admitted: Sequence[_Admitted], rows: Sequence[dict[str, Any]]
) -> None:
    """Keep changed names and requests' keys: after the article's row, one order of locks."""
    keys = []
    for each, row in zip(admitted, rows, strict=True):
        if each.author is not None and each.name != each.author.name:
            skeleton = names.protected_skeleton(each.name) if each.author.skeleton else None
            people.rename_author(transaction, each.author_id, each.name, skeleton=skeleton)
        if each.checked.key:
            owner, route, key = each.checked.key
            made = {"owner": owner, "route": route, "key": key, "subject_id": row["id"]}
            keys.append(made | {"request_hash": each.checked.request_hash})
    idempotency.remember_all(transaction, keys)


def _row(
    transaction: Transaction, admitted: _Admitted, article_id: str, signals: Signals, verdict: Verdict
) -> dict[str, Any]:
    checked = admitted.checked
    return {
        "id": str(uuid7()),
        "site_id": checked.draft.site_id,
        "article_id": article_id,
        "parent_id": checked.draft.parent_id,
        "author_id": admitted.author_id,
        "author_name": admitted.name,
        "author_badges": ",".join(badges(checked.draft.reader, checked.draft.article_key)),
        "body": checked.draft.body,
        "body_html": checked.body_html,
        "revision": 1,
        "status": verdict.status,
        "version": 1,
        "reply_count": 0,
        "like_count": 0,
        "lane": lane(verdict.reasons),
        "priority": priority(transaction.now_ms, harm=harm(signals.scores), reach=1.0),
        "queued_at_ms": transaction.now_ms if verdict.status == "pending" else None,
        "words_hash": checked.written.words_hash,
        "address_block": address_block(checked.draft.address),
        "created_at_ms": transaction.now_ms,
        "edited_at_ms": None,
        "pinned_at_ms": None,
        "featured_at_ms": None,
    }
