"""Put things into a service's database directly: what would take minutes over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from moderation.actions import sessions
from moderation.app import opened
from moderation.domain.roles import Role
from moderation.settings import load
from moderation.store import articles, people, tables
from moderation.store.db import Database
from moderation.store.writer import Transaction, Writer
from tests.service import Service

SLICE = 20_000  # rows a transaction


@contextmanager
def database_of(service: Service) -> Iterator[tuple[Database, Writer]]:
    """Open the service's database as a command does, while it runs or before it starts."""
    url = service.environment.get("FIRSTWORD_DATABASE_URL")
    with opened(load(data_dir=service.data_dir, database_url=url)) as both:
        yield both


def tokens(service: Service, *roles: Role) -> list[str]:
    """Make API tokens, each of somebody else."""
    with database_of(service) as (_, writer):
        return [
            sessions.make_api_token(writer, role=role, name=f"{role} {number}")
            for number, role in enumerate(roles)
        ]


def waiting(service: Service, article: str, count: int) -> None:
    """Let so many comments wait on an article; nothing tells the queue of them but a rebuild."""
    with database_of(service) as (_, writer):
        for start in range(0, count, SLICE):
            numbers = range(start, min(start + SLICE, count))
            writer.run(lambda transaction, numbers=numbers: _add(transaction, article, numbers))  # type: ignore[misc]


def _add(transaction: Transaction, article: str, numbers: range) -> None:
    article_id = articles.ensure(transaction, "main", article).id
    author_id = str(uuid7())
    people.add_author(transaction, author_id=author_id, site_id="main", name="A crowd")
    rows = [_row(number, article_id, author_id, transaction.now_ms) for number in numbers]
    transaction.connection.execute(insert(tables.comment), rows)
    revisions = [
        {
            "comment_id": row["id"],
            "number": 1,
            "body": row["body"],
            "author_name": row["author_name"],
            "created_at_ms": transaction.now_ms,
        }
        for row in rows
    ]
    transaction.connection.execute(insert(tables.revision), revisions)


def _row(number: int, article_id: str, author_id: str, now_ms: int) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "site_id": "main",
        "article_id": article_id,
        "author_id": author_id,
        "author_name": "A crowd",
        "body": f"Doubtful comment {number}",
        "body_html": f"<p>Doubtful comment {number}</p>",
        "revision": 1,
        "status": "pending",
        "is_listed": False,
        "version": 1,
        "reply_count": 0,
        "like_count": 0,
        "lane": "doubtful",
        "priority": float(now_ms + number),
        "queued_at_ms": now_ms,
        "words_hash": f"{number:016x}",
        "created_at_ms": now_ms,
    }
