"""What is counted when comments appear, and the events that say so."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from sqlalchemy import and_, bindparam, or_, update

from ..domain.events import Event, Kind
from . import articles
from .tables import comment
from .writer import Transaction

_REPLIES = comment.c.reply_count + bindparam("change")
_COUNT_REPLIES = (
    update(comment)
    .where(comment.c.id == bindparam("parent"))
    .values(
        reply_count=_REPLIES,
        is_listed=or_(comment.c.status == "approved", and_(comment.c.status == "withdrawn", _REPLIES > 0)),
    )
)


def published(transaction: Transaction, rows: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Count new public comments, an article at a time; every comment has a version of its own."""
    by_article = defaultdict(list)
    for row in rows:
        by_article[row["article_id"]].append(row)
    events = []
    for article_id, added in by_article.items():
        number = len(added)
        version, comment_count = articles.count(transaction, article_id, number, times=number)
        after = zip(added, count(version - number + 1), count(comment_count - number + 1), strict=False)
        events += [page_event(row, "comment.published", *counted) for row, *counted in after]
    return events


def replies(transaction: Transaction, changes: Mapping[str, int]) -> None:
    """Add to the public replies of comments; a withdrawn one is listed as long as it has some."""
    if changes:
        # In one order everywhere, so that two processes cannot wait for each other.
        rows = [{"parent": parent_id, "change": changes[parent_id]} for parent_id in sorted(changes)]
        transaction.connection.execute(_COUNT_REPLIES, rows)


def page_event(row: Mapping[str, Any], kind: Kind, version: int, comment_count: int) -> Event:
    """Tell the open pages of a comment."""
    return Event(
        kind=kind,
        site_id=row["site_id"],
        article_id=row["article_id"],
        comment_id=row["id"],
        version=version,
        parent_id=row["parent_id"],
        comment_count=comment_count,
    )


def queue_event(row: Mapping[str, Any], kind: Kind) -> Event:
    """Tell the queue of a comment."""
    return Event(kind, row["site_id"], row["article_id"], row["id"])
