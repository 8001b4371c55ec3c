"""Like a comment, or take that back; doing it twice is doing it once."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool

from ..domain.errors import Missing, Unauthenticated
from ..domain.roles import Person
from ..store import articles, comments, likes, people
from ..store.writer import Transaction
from . import read
from .admission import circumstances, limit_posts
from .parts import Parts

Change = Callable[[Transaction, str, Row[Any]], tuple[int, int]]


async def like(parts: Parts, reader: Person, comment_id: str, address: str) -> tuple[int, int]:
    """Return (likes of the comment, version of its article). Raises Missing, Forbidden or TooMany."""
    return await _change(parts, reader, comment_id, address, likes.put)


async def unlike(parts: Parts, reader: Person, comment_id: str, address: str) -> tuple[int, int]:
    """Return (likes of the comment, version of its article). Raises Missing, Forbidden or TooMany."""
    return await _change(parts, reader, comment_id, address, likes.drop)


async def _change(
    parts: Parts, reader: Person, comment_id: str, address: str, change: Change
) -> tuple[int, int]:
    await limit_posts(parts, reader.person_id, address, act="like")

    def act(transaction: Transaction) -> tuple[int, int]:
        connection = transaction.connection
        author = people.get_author(connection, reader.person_id)
        if author is None:
            raise Unauthenticated("Start a session first (POST /api/v1/session).")
        circumstances("open", author, transaction.now_ms)  # who is banned does not vote either
        liked = comments.get(connection, comment_id)
        if liked is None or liked.status != "approved" or liked.site_id != author.site_id:
            raise Missing("There is no such comment.")
        articles.lock(connection, liked.article_id)  # first, whatever changes: one order for all
        return change(transaction, author.id, liked)

    shown, *_ = await run_in_threadpool(read.one, parts, comment_id, None)
    return await asyncio.wrap_future(parts.writer.submit(act, key=shown.article_key))
