"""An installation that is not new: articles of up to a million comments, and a million that wait.

Made through the product's own writer and tables, without what only posting adds (scores, decisions): a
page, a queue and an index cannot tell the difference. About five minutes and 3 GB of disk.
"""

import os
import random
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update
from uuid_utils import uuid7

from moderation.app import opened
from moderation.settings import load
from moderation.store import articles
from moderation.store.tables import article, author, comment
from moderation.store.writer import Transaction

AUTHORS = 100_000
SLICE = 5000
BODY = "Comment {n}: I walked along the harbour this morning, and the new lamps are a real improvement."


def make(data_dir: Path, sizes: dict[str, int], *, waiting: int) -> None:
    """Fill a new data folder; articles are named by `sizes`, those who wait stand under "waiting"."""
    os.environ["FIRSTWORD_DATA_DIR"] = str(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    chance = random.Random(1)  # noqa: S311 - the same installation each time
    with opened(load()) as (_, writer):
        authors = [str(uuid7()) for _ in range(AUTHORS)]
        for ids in _slices(authors):
            writer.run(lambda tx, ids=ids: _add_authors(tx, ids))
        for key, size in [*sizes.items(), ("waiting", waiting)]:
            article_id = writer.run(lambda tx, key=key: articles.ensure(tx, "main", key).id)
            made = {"article_id": article_id, "status": "pending" if key == "waiting" else "approved"}
            rows = (
                _row(chance, number, made | {"author_id": chance.choice(authors)}) for number in range(size)
            )
            for some in _slices(rows):
                writer.run(lambda tx, some=some: tx.connection.execute(insert(comment), some))
            writer.run(lambda tx, made=made, size=size: _count(tx, made, size))


def _add_authors(transaction: Transaction, ids: list[str]) -> None:
    row = {"site_id": "main", "name": "Reader", "created_at_ms": 0}
    transaction.connection.execute(insert(author), [row | {"id": each} for each in ids])


def _count(transaction: Transaction, made: dict[str, str], size: int) -> None:
    if made["status"] == "approved":
        counted = update(article).where(article.c.id == made["article_id"])
        transaction.connection.execute(counted.values(comment_count=size, version=size))


def _row(chance: random.Random, number: int, made: dict[str, str]) -> dict[str, Any]:
    body = BODY.format(n=number)
    return made | {
        "id": str(uuid7()),
        "site_id": "main",
        "parent_id": None,
        "author_name": "Reader",
        "body": body,
        "body_html": f"<p>{body}</p>",
        "is_listed": made["status"] == "approved",
        "lane": "doubtful",
        "priority": chance.random(),
        "words_hash": f"{chance.getrandbits(64):016x}",
        "created_at_ms": 0,
    }


def _slices(items: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while some := list(islice(left, SLICE)):
        yield some
