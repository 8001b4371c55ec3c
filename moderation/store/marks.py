"""What moderators set apart: pinned comments stand above all others, featured ones carry a badge.

Counted with the article, so that the page of one without them asks for none. Only what is public is set
apart: a comment that leaves the page loses its marks, in the transaction that takes it off.
"""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from . import articles, counting
from .tables import article, comment
from .writer import Transaction

Mark = Literal["pinned", "featured"]
MARKS: tuple[Mark, ...] = ("pinned", "featured")
COLUMNS = {"pinned": comment.c.pinned_at_ms, "featured": comment.c.featured_at_ms}
COUNTERS = {"pinned": article.c.pin_count, "featured": article.c.pick_count}


def put(transaction: Transaction, mark: Mark, marked: Row[Any]) -> int:
    """Set a comment apart; return its article's version. The article's row is locked by the caller."""
    if getattr(marked, COLUMNS[mark].name) is not None:
        return int(marked.article_version)
    return _change(transaction, mark, marked, transaction.now_ms)


def drop(transaction: Transaction, mark: Mark, marked: Row[Any]) -> int:
    """Take a mark away; return the article's version."""
    if getattr(marked, COLUMNS[mark].name) is None:
        return int(marked.article_version)
    return _change(transaction, mark, marked, None)


def count(connection: Connection, mark: Mark, article_id: str) -> int:
    """Return how many comments of an article carry a mark."""
    number: int = connection.execute(select(COUNTERS[mark]).where(article.c.id == article_id)).scalar_one()
    return number


def released(transaction: Transaction, row: Row[Any]) -> Mapping[str, None]:
    """Uncount the marks of a comment that leaves the page; return the columns to empty."""
    held = [mark for mark in MARKS if getattr(row, COLUMNS[mark].name)]
    for mark in held:
        _count(transaction, mark, row.article_id, -1)
    return {COLUMNS[mark].name: None for mark in held}


def _change(transaction: Transaction, mark: Mark, marked: Row[Any], at_ms: int | None) -> int:
    column = COLUMNS[mark]
    transaction.connection.execute(
        update(comment).where(comment.c.id == marked.id).values({column.name: at_ms})
    )
    _count(transaction, mark, marked.article_id, -1 if at_ms is None else 1)
    version, comment_count = articles.count(transaction, marked.article_id, 0)
    transaction.tell(counting.page_event(marked._asdict(), "comment.edited", version, comment_count))
    return version


def _count(transaction: Transaction, mark: Mark, article_id: str, change: int) -> None:
    counter = COUNTERS[mark]
    transaction.connection.execute(
        update(article).where(article.c.id == article_id).values({counter.name: counter + change})
    )
