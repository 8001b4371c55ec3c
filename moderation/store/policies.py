"""Sites and the versions of their policy."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from uuid_utils import uuid7

from .tables import policy, site
from .writer import Transaction


def has_site(connection: Connection, site_id: str) -> bool:
    """Tell whether a site exists."""
    return connection.execute(select(site.c.id).where(site.c.id == site_id)).first() is not None


def site_ids(connection: Connection) -> list[str]:
    """Return every site."""
    return [row.id for row in connection.execute(select(site.c.id).order_by(site.c.id))]


def add_site(transaction: Transaction, site_id: str, title: str) -> None:
    """Insert a site."""
    transaction.connection.execute(
        insert(site), {"id": site_id, "title": title, "created_at_ms": transaction.now_ms}
    )


def set_site(transaction: Transaction, site_id: str, values: dict[str, Any]) -> None:
    """Set what the publisher says of a site."""
    transaction.connection.execute(update(site).where(site.c.id == site_id).values(**values))


def get_site(connection: Connection, site_id: str) -> Row[Any] | None:
    """Return a site."""
    return connection.execute(select(site).where(site.c.id == site_id)).one_or_none()


def in_force(connection: Connection) -> Sequence[Row[Any]]:
    """Return the newest version of every site's policy, with the site's own columns."""
    newest = select(policy.c.site_id, func.max(policy.c.number).label("number")).group_by(policy.c.site_id)
    last = newest.subquery()
    is_last = (policy.c.site_id == last.c.site_id) & (policy.c.number == last.c.number)
    said = select(policy, site.c.title, site.c.needs_sign_in).join(last, is_last)
    return connection.execute(said.join(site, site.c.id == policy.c.site_id).order_by(site.c.id)).all()


def site_title(connection: Connection, site_id: str) -> str:
    """Return how a site that exists is called."""
    title: str = connection.execute(select(site.c.title).where(site.c.id == site_id)).scalar_one()
    return title


def versions(connection: Connection, site_id: str) -> Sequence[Row[Any]]:
    """Return every version of a site's policy, the newest first."""
    wanted = select(policy).where(policy.c.site_id == site_id)
    return connection.execute(wanted.order_by(policy.c.number.desc())).all()


def add(transaction: Transaction, *, site_id: str, rules: dict[str, Any], made_by: str) -> str:
    """Append a version, which is in force from now on; return its id."""
    policy_id = str(uuid7())
    newest = select(func.coalesce(func.max(policy.c.number), 0)).where(policy.c.site_id == site_id)
    transaction.connection.execute(
        insert(policy),
        {
            "id": policy_id,
            "site_id": site_id,
            "number": transaction.connection.execute(newest).scalar_one() + 1,
            "rules": rules,
            "made_by": made_by,
            "created_at_ms": transaction.now_ms,
        },
    )
    return policy_id
