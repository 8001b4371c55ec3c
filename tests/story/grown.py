"""A database that has grown: enough rows of everything that a look at all of them is noticed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, insert
from uuid_utils.compat import uuid7

from moderation.store import articles, tables
from moderation.store.writer import Transaction

ROWS = 6000  # a third of them comments of the article in question, written between those of another one
WAITING = 100
REPLIES = 600
AUTHORS = 600
BUSY = 10  # every so many comments are one more author's


def grow(transaction: Transaction, article: str, author_id: str) -> None:
    """Add the comments of an article and of another one, with all that belongs to them, and other rows."""
    article_id, other_id = (articles.ensure(transaction, "main", key).id for key in (article, "elsewhere"))
    now_ms = transaction.now_ms
    author_ids = [str(uuid7()) for _ in range(AUTHORS)]
    authors = [{"id": each, "site_id": "main", "name": "Ada", "created_at_ms": now_ms} for each in author_ids]
    owners = [other_id] * (ROWS // 3) + [article_id] * (ROWS // 3) + [other_id] * (ROWS // 3)
    comments = list(_comments(owners, author_ids, author_id, now_ms))
    _insert(transaction, tables.author, [row | {"standing": "normal"} for row in authors])
    _insert(transaction, tables.comment, comments)
    _insert(transaction, tables.article, [_article(number, now_ms) for number in range(ROWS)])
    abouts = [_about(number, row, now_ms) for number, row in enumerate(comments, 1)]
    for name, columns in _OF_COMMENT.items():
        table = tables.SQLModel.metadata.tables[name]
        _insert(transaction, table, [{column: row[column] for column in columns} for row in abouts])
    _insert(transaction, tables.idempotency_key, [_key(number, now_ms) for number in range(ROWS)])
    _insert(transaction, tables.token, [_token(number, now_ms) for number in range(ROWS)])
    counted = {"comment_count": ROWS // 3, "version": ROWS}
    wanted = tables.article.c.id.in_([article_id, other_id])
    transaction.connection.execute(tables.article.update().where(wanted).values(**counted))
    if transaction.connection.dialect.name == "postgresql":
        transaction.connection.exec_driver_sql("ANALYZE")


def _insert(transaction: Transaction, table: Table, rows: list[dict[str, Any]]) -> None:
    transaction.connection.execute(insert(table), rows)


def _comments(
    owners: list[str], author_ids: list[str], busy_id: str, now_ms: int
) -> Iterator[dict[str, Any]]:
    parent_id = None
    for number, article_id in enumerate(owners):
        is_waiting = number % (ROWS // WAITING) == 3
        is_reply = number % (ROWS // REPLIES) == 1
        comment_id = str(uuid7())
        yield {
            "id": comment_id,
            "site_id": "main",
            "article_id": article_id,
            "parent_id": parent_id if is_reply else None,
            "author_id": busy_id if number % BUSY == 0 else author_ids[number % AUTHORS],
            "author_name": "Ada",
            "body": f"Comment {number}",
            "body_html": f"<p>Comment {number}</p>",
            "status": "pending" if is_waiting else "approved",
            "is_listed": not is_waiting,
            "revision": 1,
            "version": 1,
            "reply_count": int(number % (ROWS // REPLIES) == 0),
            "like_count": 0,
            "lane": "doubtful",
            "priority": float(now_ms),
            "queued_at_ms": now_ms if is_waiting else None,
            "words_hash": f"{number:016x}",
            "address_block": "192.0.2.1",
            "created_at_ms": now_ms,
        }
        parent_id = comment_id


def _article(number: int, now_ms: int) -> dict[str, Any]:
    made = {"id": str(uuid7()), "site_id": "main", "key": f"other-{number}", "state": "open"}
    return made | {"comment_count": 0, "version": 0, "created_at_ms": now_ms}


_OF_COMMENT = {
    "revision": ("comment_id", "number", "body", "author_name", "created_at_ms"),
    "score": ("comment_id", "revision", "model_id", "scores", "name_scores", "created_at_ms"),
    "decision": (
        *("id", "comment_id", "revision", "version", "actor", "actor_name", "action", "status_after"),
        *("reasons", "probability", "created_at_ms"),
    ),
    "outbox": (
        *("id", "kind", "site_id", "article_id", "comment_id", "version", "created_at_ms", "sent_at_ms"),
    ),
    "report": (
        *("id", "site_id", "comment_id", "revision", "reporter_id", "address_block", "category", "weight"),
        *("status", "is_named", "created_at_ms", "closed_at_ms"),
    ),
    "audit_entry": ("id", "at_ms", "actor_id", "act", "subject_id", "facts"),
}


def _about(number: int, comment: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """Return what the tables beside a comment hold of it, all columns together."""
    return comment | {
        "comment_id": comment["id"],
        "id": str(uuid7()),
        "number": 1,
        "version": number if comment["is_listed"] else 1,
        "scores": {"toxicity": 0.1},
        "name_scores": {},
        "model_id": "a model",
        "actor": "policy",
        "actor_name": "policy",
        "action": "approve",
        "status_after": comment["status"],
        "reasons": [],
        "probability": 1.0,
        "kind": "comment.published",
        "sent_at_ms": now_ms,
        "at_ms": now_ms,
        "actor_id": "policy",
        "act": "comment.judge",
        "subject_id": comment["id"],
        "facts": {},
        "reporter_id": comment["author_id"],
        "category": "spam",
        "weight": 0.01,
        "is_named": False,
        "closed_at_ms": None if number % 2 else now_ms,
        "status": "open" if number % 2 else "dismissed",
    }


def _key(number: int, now_ms: int) -> dict[str, Any]:
    named = {"owner": f"reader {number}", "route": "post", "key": "k", "request_hash": "h"}
    return named | {"subject_id": str(uuid7()), "created_at_ms": now_ms}


def _token(number: int, now_ms: int) -> dict[str, Any]:
    made = {"id": str(uuid7()), "token_hash": f"hash {number}", "use": "api", "role": "reader", "name": "x"}
    return made | {"created_at_ms": now_ms}
