"""Pin a comment above all others of its article, or feature it; or take that back. Twice is once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ..domain.errors import Conflict, Missing
from ..domain.roles import Person, require
from ..store import articles, audit, comments, marks
from ..store.marks import Mark
from ..store.writer import Transaction
from .parts import Parts

MOST_PINNED = 3  # of an article; more would push the discussion off the first screen


@dataclass(frozen=True, slots=True)
class Marked:
    """A comment after its marks changed."""

    comment: Row[Any]
    article_version: int


def put(parts: Parts, person: Person, comment_id: str, mark: Mark) -> Marked:
    """Set a public comment apart. Raises Missing, or Conflict: not public, a reply, too many pinned."""
    return _change(parts, person, comment_id, mark, _put)


def drop(parts: Parts, person: Person, comment_id: str, mark: Mark) -> Marked:
    """Take a mark away. Raises Missing."""
    return _change(parts, person, comment_id, mark, marks.drop)


def _put(transaction: Transaction, mark: Mark, found: Row[Any]) -> int:
    if found.status != "approved":
        raise Conflict(f"Only a published comment can be {mark}; this one is {found.status}.")
    if mark == "pinned":
        _refuse_pin(transaction, found)
    return marks.put(transaction, mark, found)


def _refuse_pin(transaction: Transaction, found: Row[Any]) -> None:
    if found.parent_id is not None:
        raise Conflict("A reply stands below what it answers and cannot be pinned; feature it instead.")
    is_full = marks.count(transaction.connection, "pinned", found.article_id) >= MOST_PINNED
    if is_full and found.pinned_at_ms is None:
        raise Conflict(f"{MOST_PINNED} comments of this article are pinned already; unpin one first.")


def _change(
    parts: Parts,
    person: Person,
    comment_id: str,
    mark: Mark,
    change: Callable[[Transaction, Mark, Row[Any]], int],
) -> Marked:
    require(person, "moderator")

    def act(transaction: Transaction) -> Marked:
        found = _locked(transaction, comment_id)
        version = change(transaction, mark, found)
        if version != found.article_version:
            is_put = change is _put
            audit.add(
                transaction,
                actor_id=person.person_id,
                act=f"comment.{mark if is_put else 'un' + mark}",
                subject_id=comment_id,
                facts={"article": found.article_id},
            )
        return Marked(_get(transaction, comment_id), version)

    with parts.database.read() as connection:
        known = comments.get(connection, comment_id)
    return parts.writer.run(act, key=known.article_key if known else "")


def _locked(transaction: Transaction, comment_id: str) -> Row[Any]:
    articles.lock(transaction.connection, _get(transaction, comment_id).article_id)
    return _get(transaction, comment_id)  # as it is now that nobody else moves comments of its article


def _get(transaction: Transaction, comment_id: str) -> Row[Any]:
    found = comments.get(transaction.connection, comment_id)
    if found is None:
        raise Missing("There is no such comment.")
    return found
