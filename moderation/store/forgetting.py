"""Delete what people typed once it has been kept long enough: the rows stay, their texts go.

An empty text marks such a comment; no comment is posted with one. The hash of its words goes with it,
for what is short could be guessed from that.
"""

from sqlalchemy import select, update

from .tables import comment, decision, revision
from .writer import Transaction


def refused_texts(transaction: Transaction, before_ms: int, limit: int) -> int:
    """Empty a slice of the comments that were refused before a time, and their revisions; return how many."""
    said = (decision.c.comment_id == comment.c.id) & (decision.c.version == comment.c.version)
    wanted = (
        select(comment.c.id)
        .join(decision, said)  # what made it as it is now; a comment is never younger than that
        .where(comment.c.status == "rejected", comment.c.body != "", comment.c.created_at_ms < before_ms)
        .where(decision.c.created_at_ms < before_ms)
        .limit(limit)
    )
    ids = list(transaction.connection.execute(wanted).scalars())
    if ids:
        emptied = {"body": "", "body_html": "", "words_hash": ""}
        transaction.connection.execute(update(comment).where(comment.c.id.in_(ids)).values(emptied))
        transaction.connection.execute(update(revision).where(revision.c.comment_id.in_(ids)).values(body=""))
    return len(ids)
