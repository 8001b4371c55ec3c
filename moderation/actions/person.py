"""What somebody may ask for themselves: all that is kept of them, and that it be erased.

Erasing withdraws every comment and empties it, with its earlier versions, name, address and scores;
likes are taken back. Counts stay right, since everything goes the way a withdrawal goes. It is done in
slices, each whole, so a crash leaves some comments for the next try and posting goes on meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from ..domain.errors import Missing
from ..domain.statements import Statement
from ..store import (
    appeals,
    audit,
    comments,
    decisions,
    forgetting,
    letters,
    likes,
    mutes,
    people,
    replies,
    reports,
    softenings,
)
from ..store.db import Database
from ..store.writer import Transaction, Writer
from . import grounds, settling

SLICE = 100
ERASED = "erased"  # the standing of whoever asked for it


def export(database: Database, person_id: str) -> dict[str, Any]:
    """Return everything that is kept of a reader, as JSON's types. Raises Missing."""
    with database.read() as connection:
        reader = people.get_author(connection, person_id)
        if reader is None or reader.standing == ERASED:
            raise Missing("There is no such reader.")
        written = list(_written(connection, comments.of_author(connection, person_id)))
        liked = likes.of(connection, person_id)
        reported, notified = reports.all_by(connection, person_id)
        appealed = appeals.by_author(connection, person_id)
        muted = mutes.of(connection, person_id)
        told = replies.notices(connection, person_id)
        address = letters.address_of(connection, person_id)
    return {
        "reader": _plain(reader),
        "comments": written,
        "likes": [_plain(each) for each in liked],
        "reports": [_plain(each) for each in reported],
        "notices": [_plain(each) for each in notified],
        "appeals": [_plain(each) for each in appealed],
        "mutes": [{"muted_id": each.muted_id, "created_at": _plain(each)["created_at"]} for each in muted],
        "replies": [_plain(each) for each in told],
        "reply_email": address.email if address else None,
    }


def _written(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
    """Yield comments with all that was written and decided there, a slice at a time."""
    for begin in range(0, len(rows), SLICE):
        some = rows[begin : begin + SLICE]
        ids = [row.id for row in some]
        versions: dict[str, list[dict[str, Any]]] = {each: [] for each in ids}
        said: dict[str, list[dict[str, Any]]] = {each: [] for each in ids}
        for row in comments.revisions(connection, ids):
            versions[row.comment_id].append(_plain(row))
        for row in decisions.all_of(connection, ids):
            said[row.comment_id].append(_decision(row))
        first = softenings.of(connection, ids)
        told = grounds.told(connection, some)
        for row in some:
            statement = told[row.id].statement if row.id in told else None
            about: dict[str, Any] = {"revisions": versions[row.id], "decisions": said[row.id]}
            if row.id in first:
                about["softened_from"] = first[row.id]
            yield _plain(row) | about | ({"statement": _stated(statement)} if statement else {})


def erase(database: Database, writer: Writer, person_id: str) -> int:
    """Erase a reader; return how many comments were theirs. Doing it again finishes what was left."""
    with database.read() as connection:
        if people.get_author(connection, person_id) is None:
            raise Missing("There is no such reader.")
    writer.run(lambda transaction: forgetting.person(transaction, person_id))  # first: nothing comes after
    writer.run(lambda transaction: mutes.forget(transaction, person_id))
    writer.run(lambda transaction: replies.forget(transaction, person_id))
    _in_slices(writer, lambda transaction: _take_likes_back(transaction, person_id))
    count = _in_slices(writer, lambda transaction: _empty(transaction, person_id))
    writer.run(lambda transaction: _note(transaction, person_id, count))
    database.settle()
    return count


def _in_slices(writer: Writer, act: Callable[[Transaction], int]) -> int:
    total = 0
    while done := writer.run(act):
        total += done
    return total


def _take_likes_back(transaction: Transaction, person_id: str) -> int:
    mine = likes.of(transaction.connection, person_id)[:SLICE]
    found = comments.get_many(transaction.connection, [each.comment_id for each in mine])
    for row in sorted(found.values(), key=lambda row: (row.article_key, row.id)):
        likes.drop(transaction, person_id, row)
    return len(mine)


def _empty(transaction: Transaction, person_id: str) -> int:
    rows = forgetting.comments_of(transaction.connection, person_id, SLICE)
    for row in rows:
        if row.status != "withdrawn":
            withdraw_one(transaction, row)
    if rows:
        forgetting.texts_of_person(transaction, [row.id for row in rows])
    return len(rows)


def withdraw_one(transaction: Transaction, row: Row[Any]) -> None:
    """Take a comment off the page as its author's decision; what replies to it stays."""
    comments.move(transaction, row, "withdrawn", {"queued_at_ms": None})
    softenings.drop(transaction, [row.id])
    settling.drop(transaction, row.id)
    decisions.add(
        transaction,
        {
            "comment_id": row.id,
            "revision": row.revision,
            "version": row.version + 1,
            "actor": "author",
            "actor_name": "author",
            "action": "withdraw",
            "status_before": row.status,
            "status_after": "withdrawn",
            "reasons": [],
        },
    )


def _note(transaction: Transaction, person_id: str, count: int) -> None:
    audit.add(
        transaction, actor_id=person_id, act="person.erase", subject_id=person_id, facts={"comments": count}
    )


def _decision(row: Row[Any]) -> dict[str, Any]:
    """Show a decision without who made it: that is somebody else's."""
    hidden = {"account_id", "actor_name", "note"}
    return {name: value for name, value in _plain(row).items() if name not in hidden}


def _stated(statement: Statement) -> dict[str, Any]:
    return dict(_shown(name, value) for name, value in asdict(statement).items())


def _plain(row: Row[Any]) -> dict[str, Any]:
    """Return a row's columns; times as RFC 3339, without the `_ms` of their names."""
    return dict(_shown(name, value) for name, value in row._asdict().items())


def _shown(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith("_at_ms") and value is not None:
        return name.removesuffix("_ms"), datetime.fromtimestamp(value / 1000, UTC).isoformat(
            timespec="milliseconds"
        )
    return name, value
