"""What happened, told with ids and counts, never with text.

Public events carry the article's version: it grows by one with every public change, under the
article's row lock, so the versions of one article commit in order and without gaps. That makes it
the id of the server-sent event, and tells a page which version to ask for.
Queue events (`queue.*`) are work for the relay and carry no version.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "comment.published", "comment.removed", "comment.edited", "counts", "queue.push", "queue.remove"
]

KEPT_MS = 24 * 3600 * 1000  # a page that was away longer starts anew (`reset`)


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the outbox. version: the article's, None for queue work. comment_id None: `counts`."""

    kind: Kind
    site_id: str
    article_id: str
    comment_id: str | None = None
    version: int | None = None
    parent_id: str | None = None
    comment_count: int | None = None
