"""What the publisher says of its site and articles."""

from typing import Any

from sqlalchemy import Row

from ..domain import content
from ..domain.errors import Missing
from ..domain.roles import Person, require
from ..store import articles, audit, policies
from ..store.db import Database
from ..store.writer import Transaction, Writer
from .parts import Parts

DEMO_KEY = "demo"
DEMO_TITLE = "After forty years of traffic, Quay Street goes quiet"
DEFAULT_RULES: dict[str, Any] = {
    "banned": [],
    "suspect": ["kill yourself", "kys", "go die", "rope yourself"],
    "links_queue": 3,
    "repeats_queue": 2,
    "newcomers_queue": 0,
    "reports_queue": 1.0,
    "reports_hide": None,
}


def ensure_site(writer: Writer, site_id: str, title: str, *, made_by: str) -> None:
    """Make a site with the shipped rules, unless it is there."""
    writer.run(lambda transaction: _ensure_site(transaction, site_id, title, made_by))


def ensure_demo(writer: Writer) -> None:
    """Name the demo article, so that a moderator's card does."""

    def act(transaction: Transaction) -> None:
        if articles.find(transaction.connection, "main", DEMO_KEY) is None:
            articles.put(transaction, "main", DEMO_KEY, {"title": DEMO_TITLE, "url": "/"})

    writer.run(act)


def put_article(
    parts: Parts, person: Person, site_id: str, article_key: str, values: dict[str, Any]
) -> Row[Any]:
    """Set an article's title, address and state; a new site begins with its first article."""
    require(person, "admin")
    key = content.checked_article_key(article_key)

    def act(transaction: Transaction) -> Row[Any]:
        _ensure_site(transaction, site_id, site_id, person.person_id)
        before = articles.find(transaction.connection, site_id, key)
        row = articles.put(transaction, site_id, key, values | _closing(values, before, transaction.now_ms))
        audit.add(
            transaction,
            actor_id=person.person_id,
            act="article.put",
            subject_id=row.id,
            facts={"state": row.state},
        )
        return row

    row = parts.writer.run(act, key=key)
    parts.scoring.refresh()  # a new site has a bench from its first article on
    return row


def _closing(values: dict[str, Any], before: Row[Any] | None, now_ms: int) -> dict[str, Any]:
    """Note since when an article is closed, where the publisher does not say; opening it forgets that."""
    if "state" not in values or "closes_at_ms" in values:
        return {}
    closed_at_ms = before.closes_at_ms if before is not None else None
    is_over = closed_at_ms is not None and closed_at_ms <= now_ms
    if values["state"] == "closed":
        return {} if is_over else {"closes_at_ms": now_ms}
    return {"closes_at_ms": None} if is_over else {}


def set_site(writer: Writer, site_id: str, values: dict[str, str], *, made_by: str) -> Row[Any]:
    """Set a site's title, or whether readers must sign in to write. Raises Missing and Invalid.

    values: `title`, `sign_in` (optional | required). Every process follows within a second.
    """
    columns: dict[str, Any] = {}
    if "title" in values:
        columns["title"] = content.checked_name(values["title"], field="title")
    if "sign_in" in values:
        columns["needs_sign_in"] = values["sign_in"] == "required"

    def act(transaction: Transaction) -> Row[Any]:
        if not policies.has_site(transaction.connection, site_id):
            raise Missing(f"There is no site {site_id!r}.")
        if columns:
            policies.set_site(transaction, site_id, columns)
        facts = {"site": site_id} | {name: value for name, value in columns.items() if name != "title"}
        audit.add(transaction, actor_id=made_by, act="site.set", subject_id=site_id, facts=facts)
        row = policies.get_site(transaction.connection, site_id)
        assert row is not None  # noqa: S101 - it was there a moment ago
        return row

    return writer.run(act)


def put_site(parts: Parts, person: Person, site_id: str, values: dict[str, str]) -> Row[Any]:
    """Do so for an admin."""
    require(person, "admin")
    row = set_site(parts.writer, site_id, values, made_by=person.person_id)
    if parts.scoring.refresh():
        parts.pages.forget_names()
    return row


def sites(database: Database) -> list[Row[Any]]:
    """Return every site."""
    with database.read() as connection:
        return [row for each in policies.site_ids(connection) if (row := policies.get_site(connection, each))]


def shown(row: Row[Any]) -> dict[str, str]:
    """Show a site as commands and answers do."""
    return {"id": row.id, "title": row.title, "sign_in": "required" if row.needs_sign_in else "optional"}


def _ensure_site(transaction: Transaction, site_id: str, title: str, made_by: str) -> None:
    if not policies.has_site(transaction.connection, site_id):
        policies.add_site(transaction, site_id, title)
        policies.add(transaction, site_id=site_id, rules=DEFAULT_RULES, made_by=made_by)
