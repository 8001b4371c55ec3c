"""Delete what people typed, kept long enough or no longer wanted by them: rows stay, texts go.

An empty text marks such a comment; no comment is posted with one. The hash of its words goes with it,
for what is short could be guessed from that.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from . import softenings
from .comments import WITH_ARTICLE
from .tables import appeal, author, comment, decision, idempotency_key, notice, report, revision, score
from .writer import Transaction


def refused_texts(transaction: Transaction, before_ms: int, limit: int) -> int:
    """Empty a slice of the comments that were refused before a time, and their revisions; return how many."""
    said = (decision.c.comment_id == comment.c.id) & (decision.c.version == comment.c.version)
    wanted = (
        select(comment.c.id)
        .join(decision, said)  # what made it as it is now; a comment is never younger than that
        .where(comment.c.status == "rejected", comment.c.body != "", comment.c.created_at_ms < before_ms)
        .where(decision.c.created_at_ms < before_ms, comment.c.queued_at_ms.is_(None))  # not amid an appeal
        .limit(limit)
    )
    ids = list(transaction.connection.execute(wanted).scalars())
    if ids:
        emptied = {"body": "", "body_html": "", "words_hash": ""}
        transaction.connection.execute(update(comment).where(comment.c.id.in_(ids)).values(emptied))
        transaction.connection.execute(update(revision).where(revision.c.comment_id.in_(ids)).values(body=""))
        _texts_about(transaction, ids)
    return len(ids)


def _texts_about(transaction: Transaction, comment_ids: Sequence[str]) -> None:
    """Empty what was written about comments in reports and appeals, and their drafts: they may quote them."""
    connection = transaction.connection
    softenings.drop(transaction, comment_ids)
    connection.execute(update(report).where(report.c.comment_id.in_(comment_ids)).values(text=None))
    said = update(appeal).where(appeal.c.comment_id.in_(comment_ids))
    connection.execute(said.values(text="", answer=None))


def comments_of(connection: Connection, author_id: str, limit: int) -> Sequence[Row[Any]]:
    """Return comments of a person that still say something of them, in the order in which rows are locked."""
    mine = select(comment.c.id).where(comment.c.author_id == author_id, comment.c.author_name != "")
    wanted = WITH_ARTICLE.where(comment.c.id.in_(mine.limit(limit)))
    return sorted(connection.execute(wanted).all(), key=lambda row: (row.article_key, row.id))


def texts_of_person(transaction: Transaction, comment_ids: Sequence[str]) -> None:
    """Empty a person's comments and all their revisions, names and traces included."""
    connection = transaction.connection
    emptied: dict[str, str | None] = {"body": "", "body_html": "", "author_name": "", "author_badges": ""}
    emptied |= {"words_hash": "", "address_block": None}
    connection.execute(update(comment).where(comment.c.id.in_(comment_ids)).values(emptied))
    said = update(revision).where(revision.c.comment_id.in_(comment_ids))
    connection.execute(said.values(body="", author_name=""))
    connection.execute(delete(score).where(score.c.comment_id.in_(comment_ids)))
    _texts_about(transaction, comment_ids)


def person(transaction: Transaction, author_id: str) -> None:
    """Forget who somebody was; the row stays, so that nothing that refers to it breaks."""
    connection = transaction.connection
    erased = {"name": "", "subject": None, "skeleton": None, "standing": "erased", "standing_until_ms": None}
    connection.execute(update(author).where(author.c.id == author_id).values(erased))
    connection.execute(delete(idempotency_key).where(idempotency_key.c.owner == author_id))
    said = update(report).where(report.c.reporter_id == author_id)
    connection.execute(said.values(text=None, address_block=None, is_named=False))
    connection.execute(delete(notice).where(notice.c.reporter_id == author_id))
