"""Articles, and the counters that change with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Connection, Row, Text, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils import uuid7

from ..domain.events import Event
from .tables import article
from .writer import Transaction

# Statements of the hot path are built once: building one costs as much as running it.
_FIND = select(article).where(
    article.c.site_id == bindparam("site"), article.c.key == bindparam("wanted_key")
)
# Not by pairs: SQLite reads the whole table for `(a, b) IN (…)`. What nobody asked for is left out below.
_FIND_ALL = select(article).where(
    article.c.site_id.in_(bindparam("sites", expanding=True)),
    article.c.key.in_(bindparam("keys", expanding=True)),
)
_SOUGHT = func.json_each(bindparam("keys", type_=JSON)).table_valued("value")
_ARRAY = bindparam("keys", type_=postgresql.ARRAY(Text))
# A hundred keys as one value: spelling out a hundred parameters costs four times what the look-up does.
_COUNTS = {
    dialect: select(article.c.key, article.c.comment_count).where(
        article.c.site_id == bindparam("site"), is_sought
    )
    for dialect, is_sought in {
        "sqlite": article.c.key.in_(select(_SOUGHT.c.value)),
        "postgresql": article.c.key == func.any(_ARRAY),
    }.items()
}
_COUNT = (
    update(article)
    .where(article.c.id == bindparam("wanted_id"))
    .values(
        version=article.c.version + bindparam("times"),
        comment_count=article.c.comment_count + bindparam("change"),
    )
    .returning(article.c.version, article.c.comment_count)
)
_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def find(connection: Connection, site_id: str, key: str) -> Row[Any] | None:
    """Return an article by the publisher's own id."""
    return connection.execute(_FIND, {"site": site_id, "wanted_key": key}).one_or_none()


def find_all(connection: Connection, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row[Any]]:
    """Return those articles that exist, by (site, the publisher's own id)."""
    wanted = {"sites": {site_id for site_id, _ in names}, "keys": {key for _, key in names}}
    found = {(row.site_id, row.key): row for row in connection.execute(_FIND_ALL, wanted)}
    return {name: found[name] for name in names if name in found}


def get(connection: Connection, article_id: str) -> Row[Any]:
    """Return an article that exists."""
    return connection.execute(select(article).where(article.c.id == article_id)).one()


def ensure(transaction: Transaction, site_id: str, key: str) -> Row[Any]:
    """Return the article, made now if its first comment makes it."""
    connection = transaction.connection
    if found := find(connection, site_id, key):
        return found
    _insert(transaction, site_id, key, {})
    made = find(connection, site_id, key)
    assert made is not None  # noqa: S101 - inserted above, or by the writer we lost against
    return made


def put(transaction: Transaction, site_id: str, key: str, values: dict[str, Any]) -> Row[Any]:
    """Set what the publisher says of an article; its version grows, so cached pages end."""
    article_id = ensure(transaction, site_id, key).id
    if values:
        transaction.connection.execute(update(article).where(article.c.id == article_id).values(**values))
    version, comment_count = count(transaction, article_id, 0)
    transaction.tell(Event("counts", site_id, article_id, version=version, comment_count=comment_count))
    return get(transaction.connection, article_id)


def count(transaction: Transaction, article_id: str, change: int, *, times: int = 1) -> tuple[int, int]:
    """Add to the public comments of an article; return (version, comment_count) after it.

    times: public changes that this counts.
    Takes the article's row lock, so versions of one article commit in order and without gaps.
    """
    wanted = {"wanted_id": article_id, "change": change, "times": times}
    row = transaction.connection.execute(_COUNT, wanted).one()
    return row.version, row.comment_count


def lock(connection: Connection, article_id: str) -> None:
    """Take the article's row lock where there is one: everyone who moves its comments waits here."""
    connection.execute(select(article.c.id).where(article.c.id == article_id).with_for_update(key_share=True))


def counts(connection: Connection, site_id: str, keys: Sequence[str]) -> dict[str, int]:
    """Return the public comments of each article; an unknown one has none."""
    rows = connection.execute(_COUNTS[connection.dialect.name], {"site": site_id, "keys": list(keys)})
    return dict.fromkeys(keys, 0) | {row.key: row.comment_count for row in rows}


def versions(connection: Connection, article_ids: Sequence[str]) -> dict[str, int]:
    """Return the version of each article."""
    rows = connection.execute(select(article.c.id, article.c.version).where(article.c.id.in_(article_ids)))
    return {row.id: row.version for row in rows}


def _insert(transaction: Transaction, site_id: str, key: str, values: dict[str, Any]) -> None:
    row = {
        "id": str(uuid7()),
        "site_id": site_id,
        "key": key,
        "state": "open",
        "comment_count": 0,
        "version": 0,
        "created_at_ms": transaction.now_ms,
        **values,
    }
    statement = _INSERT[transaction.connection.dialect.name](article).values(row)
    transaction.connection.execute(statement.on_conflict_do_nothing(index_elements=["site_id", "key"]))
