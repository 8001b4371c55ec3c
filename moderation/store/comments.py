"""Comments: the pages that readers see, and the one function through which a status changes.

Pages are cut by key, never by OFFSET: the millionth page costs what the first one does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, insert, select, update

from ..domain.errors import Conflict
from ..domain.events import Kind
from ..domain.states import Status, is_listed, waits
from . import articles, counting, marks
from .tables import article, comment, revision, score
from .writer import Transaction

Order = Literal["latest", "oldest"]

FIRST_REPLIES = 3  # shown with each comment of a page; the rest is one request away

_KIND: dict[int, Kind] = {1: "comment.published", 0: "comment.edited", -1: "comment.removed"}

# Statements of the hot path are built once: building one costs as much as running it.
_INSERT = insert(comment)
_INSERT_REVISION = insert(revision)

WITH_ARTICLE = select(
    comment,
    article.c.key.label("article_key"),
    article.c.title.label("article_title"),
    article.c.url.label("article_url"),
    article.c.state.label("article_state"),
    article.c.closes_at_ms.label("article_closes_at_ms"),
    article.c.comment_count.label("article_comment_count"),
    article.c.version.label("article_version"),
).join(article, article.c.id == comment.c.article_id)


_MANY = WITH_ARTICLE.where(comment.c.id.in_(bindparam("comment_ids", expanding=True)))
_WORDS_OF = (comment.c.author_id, comment.c.words_hash)
_REPEATS = (
    select(*_WORDS_OF, func.count().label("number"))
    .where(
        # Not by pairs: SQLite reads the whole index for `(a, b) IN (…)`.
        comment.c.author_id.in_(bindparam("author_ids", expanding=True)),
        comment.c.words_hash.in_(bindparam("hashes", expanding=True)),
        comment.c.created_at_ms >= bindparam("since_ms"),
    )
    .group_by(*_WORDS_OF)
)


def get(connection: Connection, comment_id: str) -> Row[Any] | None:
    """Return a comment with its article's key, title and URL."""
    return connection.execute(WITH_ARTICLE.where(comment.c.id == comment_id)).one_or_none()


def get_many(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return those of the comments that exist, by id."""
    return {row.id: row for row in connection.execute(_MANY, {"comment_ids": comment_ids})}


def listed(
    connection: Connection,
    article_id: str,
    *,
    parent_id: str | None,
    order: Order,
    after_id: str | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return one page of an article's listed comments under one parent, `limit` + 1 to see if more follow."""
    wanted = WITH_ARTICLE.where(
        comment.c.article_id == article_id, comment.c.parent_id == parent_id, comment.c.is_listed.is_(True)
    )
    # Said though it is one parent: of NULL, PostgreSQL does not see that the index is in order behind it.
    by = comment.c.parent_id.desc() if order == "latest" else comment.c.parent_id
    return connection.execute(_cut(wanted.order_by(by), order, after_id, limit)).all()


def first_replies(connection: Connection, parent_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Return the oldest few listed replies of each parent, in the order of arrival."""
    reply = comment.alias("reply")
    first_ids = (
        select(reply.c.id)
        .where(reply.c.parent_id == comment.c.id, reply.c.is_listed.is_(True))
        .order_by(reply.c.id)
        .limit(FIRST_REPLIES)
        .correlate(comment)
        .scalar_subquery()
    )
    child = comment.alias("child")
    # PostgreSQL would compare every comment with IN (SELECT … LIMIT); an array it looks up by key.
    is_postgres = connection.dialect.name == "postgresql"
    is_first = child.c.id == func.any(func.array(first_ids)) if is_postgres else child.c.id.in_(first_ids)
    pairs = select(child.c.id).select_from(comment.join(child, is_first)).where(comment.c.id.in_(parent_ids))
    ids = [row.id for row in connection.execute(pairs)]
    return connection.execute(WITH_ARTICLE.where(comment.c.id.in_(ids)).order_by(comment.c.id)).all()


def pinned(connection: Connection, article_id: str) -> Sequence[Row[Any]]:
    """Return the comments that stand above all others of an article, the latest pin first."""
    wanted = WITH_ARTICLE.where(comment.c.article_id == article_id, comment.c.pinned_at_ms.is_not(None))
    return connection.execute(wanted.order_by(comment.c.pinned_at_ms.desc(), comment.c.id)).all()


def featured(
    connection: Connection, article_id: str, *, after_id: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the newest featured comments of an article, replies too, `limit` + 1."""
    wanted = WITH_ARTICLE.where(comment.c.article_id == article_id, comment.c.featured_at_ms.is_not(None))
    return connection.execute(_cut(wanted, "latest", after_id, limit)).all()


def own(connection: Connection, author_id: str, article_id: str, *, limit: int) -> Sequence[Row[Any]]:
    """Return an author's newest comments on one article, whatever their status."""
    wanted = WITH_ARTICLE.where(comment.c.author_id == author_id, comment.c.article_id == article_id)
    return connection.execute(wanted.order_by(comment.c.id.desc()).limit(limit)).all()


def of_author(connection: Connection, author_id: str) -> Sequence[Row[Any]]:
    """Return everything an author wrote, newest first."""
    return connection.execute(
        WITH_ARTICLE.where(comment.c.author_id == author_id).order_by(comment.c.id.desc())
    ).all()


def revisions(connection: Connection, comment_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Return every version of some comments, in order."""
    wanted = select(revision).where(revision.c.comment_id.in_(comment_ids))
    return connection.execute(wanted.order_by(revision.c.comment_id, revision.c.number)).all()


def search(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], *, after_id: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the newest comments that meet all conditions, `limit` + 1."""
    return connection.execute(_cut(WITH_ARTICLE.where(*conditions), "latest", after_id, limit)).all()


def having_score(label: str, at_least: float) -> ColumnElement[bool]:
    """Make the condition that some model gave the current revision at least this probability."""
    return (
        select(score.c.comment_id)
        .where(
            score.c.comment_id == comment.c.id,
            score.c.revision == comment.c.revision,
            score.c.scores[label].as_float() >= at_least,
        )
        .exists()
    )


def repeats(connection: Connection, author_id: str, words_hash: str, since_ms: int) -> int:
    """Count an author's earlier comments with the same words; more than ten need no counting."""
    found = (
        select(comment.c.id)
        .where(
            comment.c.author_id == author_id,
            comment.c.words_hash == words_hash,
            comment.c.created_at_ms >= since_ms,
        )
        .limit(10)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def repeats_of_all(
    connection: Connection, wanted: Sequence[tuple[str, str]], since_ms: int
) -> Counter[tuple[str, str]]:
    """Count earlier comments by (author, hash of their words)."""
    if not wanted:
        return Counter()
    authors, hashes = {author_id for author_id, _ in wanted}, {words_hash for _, words_hash in wanted}
    given = {"author_ids": authors, "hashes": hashes, "since_ms": since_ms}
    rows = connection.execute(_REPEATS, given)
    return Counter({(row.author_id, row.words_hash): row.number for row in rows})


def forget_addresses(transaction: Transaction, before_ms: int, limit: int) -> int:
    """Delete the address blocks of a slice of the comments older than a time; return how many."""
    old = (
        select(comment.c.id)
        .where(comment.c.created_at_ms < before_ms, comment.c.address_block.is_not(None))
        .limit(limit)
    )
    changed = update(comment).where(comment.c.id.in_(old)).values(address_block=None)
    return transaction.connection.execute(changed).rowcount


def add(transaction: Transaction, row: dict[str, Any], article_version: int) -> int:
    """Insert a new comment with its first revision; return the article's version after it.

    row: every column of `comment` but `is_listed`. A public comment counts at once; a waiting one
    is told to the queue.
    """
    return add_all(transaction, [row]).get(row["id"], article_version)


def add_all(transaction: Transaction, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Insert new comments; return the article's version after each public one, by its id."""
    transaction.connection.execute(
        _INSERT, [row | {"is_listed": is_listed(row["status"], 0)} for row in rows]
    )
    add_revisions(transaction, rows)
    published = [row for row in rows if row["status"] == "approved"]
    public = counting.published(transaction, published)
    counting.replies(transaction, Counter(row["parent_id"] for row in published if row["parent_id"]))
    waiting = [counting.queue_event(row, "queue.push") for row in rows if row["status"] == "pending"]
    transaction.tell(*public, *waiting)
    return {str(event.comment_id): event.version for event in public if event.version}


def add_revisions(transaction: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep texts as they were submitted."""
    transaction.connection.execute(
        _INSERT_REVISION,
        [
            {
                "comment_id": row["id"],
                "number": row["revision"],
                "body": row["body"],
                "author_name": row["author_name"],
                "created_at_ms": transaction.now_ms,
            }
            for row in rows
        ],
    )


def move(transaction: Transaction, before: Row[Any], after: Status, changes: Mapping[str, Any]) -> int:
    """Change a comment's status and all that counts it; return the article's version after it.

    changes: other columns to set. Raises Conflict when someone was faster (the comment no longer
    has the version it was loaded with); the caller's savepoint then undoes everything.
    """
    articles.lock(transaction.connection, before.article_id)  # first, whatever changes: one order for all
    current = get(transaction.connection, before.id)
    if current is None or current.version != before.version:
        raise Conflict("Someone else decided this comment first.")
    before = current  # another process may have published a reply: its parent's version does not grow
    if after != "approved":
        changes = {**changes, **marks.released(transaction, before)}
    row = before._asdict() | dict(changes)
    change = int(after == "approved") - int(before.status == "approved")
    will_be_listed = is_listed(after, before.reply_count)
    is_visible_change = change != 0 or will_be_listed != before.is_listed
    is_visible_edit = will_be_listed and "revision" in changes
    version: int = before.article_version
    if is_visible_change or is_visible_edit:
        version = _change_page(transaction, row, _KIND[change], change)
    _set(transaction, before, status=after, is_listed=will_be_listed, **changes)
    if waits(after, row["queued_at_ms"]):
        transaction.tell(counting.queue_event(row, "queue.push"))
    elif waits(before.status, before.queued_at_ms):
        transaction.tell(counting.queue_event(row, "queue.remove"))
    return version


def _set(transaction: Transaction, before: Row[Any], **values: Any) -> None:
    moved = transaction.connection.execute(
        update(comment)
        .where(comment.c.id == before.id, comment.c.version == before.version)
        .values(version=before.version + 1, **values)
    )
    if moved.rowcount != 1:
        raise Conflict("Someone else decided this comment first.")


def _change_page(transaction: Transaction, row: Mapping[str, Any], kind: Kind, change: int) -> int:
    """Count, and tell the open pages; return the article's new version."""
    version, comment_count = articles.count(transaction, row["article_id"], change)
    if change and row["parent_id"]:
        counting.replies(transaction, {row["parent_id"]: change})
    transaction.tell(counting.page_event(row, kind, version, comment_count))
    return version


def _cut(wanted: Select[Any], order: Order, after_id: str | None, limit: int) -> Select[Any]:
    if after_id:
        wanted = wanted.where(comment.c.id < after_id if order == "latest" else comment.c.id > after_id)
    by = comment.c.id.desc() if order == "latest" else comment.c.id
    return wanted.order_by(by).limit(limit + 1)
