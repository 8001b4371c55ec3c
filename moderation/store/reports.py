"""Reports of comments: once a reader and comment, open until a person decides the comment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ..domain.reporting import Outcome
from .tables import article, comment, decision, notice, report
from .writer import Transaction

RECORD = 200  # reports that say how reliable somebody is

_WITH_PLACE = (
    select(report, article.c.key.label("article_key"), article.c.url.label("article_url"))
    .join(comment, comment.c.id == report.c.comment_id)
    .join(article, article.c.id == comment.c.article_id)
)


def find(connection: Connection, comment_id: str, reporter_id: str) -> Row[Any] | None:
    """Return a reader's report of a comment."""
    wanted = _WITH_PLACE.where(report.c.comment_id == comment_id, report.c.reporter_id == reporter_id)
    return connection.execute(wanted).one_or_none()


def add(transaction: Transaction, row: Mapping[str, Any], notifier: tuple[str, str] | None) -> None:
    """Keep a report; notifier: name and e-mail address, where the law asks for them."""
    connection = transaction.connection
    made = {**row, "status": "open", "is_named": notifier is not None, "created_at_ms": transaction.now_ms}
    connection.execute(insert(report).values(made))
    if notifier:
        kept = {"report_id": row["id"], "reporter_id": row["reporter_id"]}
        connection.execute(insert(notice).values(**kept, name=notifier[0], email=notifier[1]))


def of_comments(connection: Connection, comment_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Return all reports of each comment, in the order of arrival."""
    wanted = select(report).where(report.c.comment_id.in_(comment_ids)).order_by(report.c.id)
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.comment_id].append(row)
    return found


def record_of(connection: Connection, reporter_id: str) -> dict[str, int]:
    """Count a reader's newest reports by status: what somebody was like long ago is past."""
    newest = select(report.c.status).where(report.c.reporter_id == reporter_id)
    counted = newest.order_by(report.c.id.desc()).limit(RECORD).subquery()
    wanted = select(counted.c.status, func.count().label("number")).group_by(counted.c.status)
    return {row.status: row.number for row in connection.execute(wanted)}


def close(transaction: Transaction, comment_id: str, outcome: Outcome, decision_id: str | None) -> int:
    """Fix what became of a comment's open reports; return how many there were."""
    is_open = (report.c.comment_id == comment_id) & (report.c.status == "open")
    closed = {"status": outcome, "decision_id": decision_id, "closed_at_ms": transaction.now_ms}
    return transaction.connection.execute(update(report).where(is_open).values(closed)).rowcount


def reopen(transaction: Transaction, decision_id: str) -> int:
    """Open again what a decision had closed, because it was undone; return how many."""
    opened = {"status": "open", "decision_id": None, "closed_at_ms": None}
    wanted = update(report).where(report.c.decision_id == decision_id)
    return transaction.connection.execute(wanted.values(opened)).rowcount


def by_reporter(
    connection: Connection, reporter_id: str, *, after_id: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Return a page of a reader's reports, newest first, `limit` + 1."""
    wanted = _WITH_PLACE.where(report.c.reporter_id == reporter_id)
    if after_id:
        wanted = wanted.where(report.c.id < after_id)
    return connection.execute(wanted.order_by(report.c.id.desc()).limit(limit + 1)).all()


def all_by(connection: Connection, reporter_id: str) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """Return (everything somebody reported, whom they said they are in notices)."""
    mine = select(report).where(report.c.reporter_id == reporter_id).order_by(report.c.id.desc())
    named = select(notice).where(notice.c.reporter_id == reporter_id)
    return connection.execute(mine).all(), connection.execute(named).all()


def listed(
    connection: Connection,
    site_id: str,
    *,
    is_open: bool,
    category: str | None,
    after_id: str | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return a page of a site's reports, newest first, with who notified us and who decided, `limit` + 1."""
    wanted: Any = (
        select(report, notice.c.name, notice.c.email, decision.c.actor_name.label("decided_by"))
        .outerjoin(notice, notice.c.report_id == report.c.id)
        .outerjoin(decision, decision.c.id == report.c.decision_id)
        .where(report.c.site_id == site_id)
        .where(report.c.status == "open" if is_open else report.c.status != "open")
    )
    if category:
        wanted = wanted.where(report.c.category == category)
    if after_id:
        wanted = wanted.where(report.c.id < after_id)
    return connection.execute(wanted.order_by(report.c.id.desc()).limit(limit + 1)).all()


def forget_addresses(transaction: Transaction, before_ms: int, limit: int) -> int:
    """Delete the address blocks of a slice of the reports older than a time; return how many."""
    is_old = (report.c.created_at_ms < before_ms) & report.c.address_block.is_not(None)
    old = select(report.c.id).where(is_old).limit(limit)
    changed = update(report).where(report.c.id.in_(old)).values(address_block=None)
    return transaction.connection.execute(changed).rowcount


def forget_notifiers(transaction: Transaction, before_ms: int, limit: int) -> int:
    """Delete who notified us, of a slice of the reports decided before a time; return how many."""
    connection = transaction.connection
    old = select(report.c.id).where(report.c.is_named.is_(True), report.c.closed_at_ms < before_ms)
    ids = list(connection.execute(old.limit(limit)).scalars())
    if ids:
        connection.execute(delete(notice).where(notice.c.report_id.in_(ids)))
        connection.execute(update(report).where(report.c.id.in_(ids)).values(is_named=False))
    return len(ids)
