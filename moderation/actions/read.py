"""Look something up: one comment, its replies, counts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from ..domain import content
from ..domain.errors import Missing
from ..domain.roles import Person
from ..store import articles, comments, decisions
from ..store.comments import Order
from ..store.tables import comment
from . import grounds
from .grounds import NONE, Grounds
from .pages import cut
from .parts import Parts


def one(
    parts: Parts, comment_id: str, person: Person | None
) -> tuple[Row[Any], Sequence[Any] | None, Grounds]:
    """Return a comment, with its reasons and grounds for its author and for moderators. Raises Missing."""
    with parts.database.read() as connection:
        row = comments.get(connection, comment_id)
        is_insider = row is not None and person is not None and _is_insider(row, person)
        if row is None or not (row.is_listed or is_insider):
            raise Missing("There is no such comment.")
        if not is_insider:
            return row, None, NONE
        told = grounds.told(connection, [row]).get(comment_id, NONE)
        return row, decisions.latest(connection, [comment_id])[comment_id].reasons, told


def replies(
    parts: Parts, comment_id: str, *, order: Order, limit: int, after_id: str | None
) -> tuple[Row[Any], Sequence[Row[Any]], str | None]:
    """Return (the comment, a page of its replies, the key after which the next page begins)."""
    with parts.database.read() as connection:
        parent = comments.get(connection, comment_id)
        if parent is None or not parent.is_listed:
            raise Missing("There is no such comment.")
        rows = comments.listed(
            connection, parent.article_id, parent_id=comment_id, order=order, after_id=after_id, limit=limit
        )
    shown, next_id = cut(rows, limit)
    return parent, shown, next_id


def newest(parts: Parts, site_id: str, limit: int) -> list[Row[Any]]:
    """Return the newest public comments of a site."""
    conditions = [comment.c.site_id == site_id, comment.c.status == "approved"]
    with parts.database.read() as connection:
        return list(comments.search(connection, conditions, after_id=None, limit=limit))[:limit]


def counts(parts: Parts, site_id: str, keys: Sequence[str]) -> dict[str, int]:
    """Return how many public comments each article has. Raises Invalid and Missing (site)."""
    checked = [content.checked_article_key(key) for key in keys]
    parts.scoring.bench(site_id)  # an unknown site is refused
    with parts.database.read() as connection:
        return articles.counts(connection, site_id, checked)


def _is_insider(row: Row[Any], person: Person) -> bool:
    return person.role in {"moderator", "admin"} or row.author_id == person.person_id
