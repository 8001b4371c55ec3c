"""Readers, accounts, console sessions and tokens. Secrets are stored as hashes only."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    union_all,
    update,
)
from uuid_utils import uuid7

from .tables import account, author, comment, console_session, token
from .writer import Transaction

_INSERT_AUTHOR = insert(author)
_SUBJECT = select(author).where(
    author.c.site_id == bindparam("site"), author.c.subject == bindparam("wanted")
)
# One statement, since a new name waits for it: the few accounts there are, and the names that look alike.
_PROTECTED = union_all(
    select(null().label("site_id"), account.c.name.label("name")),
    select(author.c.site_id, author.c.skeleton).where(
        author.c.site_id.in_(bindparam("sites", expanding=True)),
        author.c.skeleton.in_(bindparam("skeletons", expanding=True)),
    ),
)
_AUTHORS = select(author).where(author.c.id.in_(bindparam("author_ids", expanding=True)))


def add_author(transaction: Transaction, *, author_id: str, site_id: str, name: str) -> None:
    """Insert a reader."""
    add_authors(transaction, [{"id": author_id, "site_id": site_id, "name": name}])


def add_authors(transaction: Transaction, rows: Sequence[Mapping[str, str | None]]) -> None:
    """Insert readers; rows: `id`, `site_id`, `name`, and where there is one `subject` and `skeleton`."""
    if rows:
        fresh = {"standing": "normal", "created_at_ms": transaction.now_ms}
        fresh |= {"subject": None, "skeleton": None}
        transaction.connection.execute(_INSERT_AUTHOR, [{**fresh, **row} for row in rows])


def get_author(connection: Connection, author_id: str) -> Row[Any] | None:
    """Return a reader."""
    return connection.execute(select(author).where(author.c.id == author_id)).one_or_none()


def get_authors(connection: Connection, author_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return readers by id."""
    return {row.id: row for row in connection.execute(_AUTHORS, {"author_ids": author_ids})}


def rename_author(
    transaction: Transaction, author_id: str, name: str, *, skeleton: str | None = None
) -> None:
    """Give a reader another display name; earlier comments keep theirs. skeleton: as in the table."""
    renamed = {"name": name, "skeleton": skeleton}
    transaction.connection.execute(update(author).where(author.c.id == author_id).values(renamed))


def find_subject(connection: Connection, site_id: str, subject: str) -> Row[Any] | None:
    """Return the reader whom the publisher's sign-in calls `subject`."""
    return connection.execute(_SUBJECT, {"site": site_id, "wanted": subject}).one_or_none()


def protected(
    connection: Connection, wanted: Sequence[tuple[str, str]]
) -> tuple[set[tuple[str, str]], set[str]]:
    """Return ((site, skeleton) of those wanted that somebody has; the names of all accounts)."""
    given = {"sites": {site_id for site_id, _ in wanted}, "skeletons": {skeleton for _, skeleton in wanted}}
    rows = connection.execute(_PROTECTED, given).all()
    accounts = {row.name for row in rows if row.site_id is None}
    return {(row.site_id, row.name) for row in rows if row.site_id is not None}, accounts


def standing(connection: Connection, author_id: str) -> dict[str, int]:
    """Count an author's comments by status: nothing is stored, so nothing drifts."""
    wanted = (
        select(comment.c.status, func.count().label("number"))
        .where(comment.c.author_id == author_id)
        .group_by(comment.c.status)
    )
    return {row.status: row.number for row in connection.execute(wanted)}


def add_account(transaction: Transaction, *, name: str, role: str, password_hash: str | None) -> str:
    """Insert an account; return its id."""
    account_id = str(uuid7())
    transaction.connection.execute(
        insert(account),
        {
            "id": account_id,
            "name": name,
            "role": role,
            "password_hash": password_hash,
            "created_at_ms": transaction.now_ms,
        },
    )
    return account_id


def find_account(connection: Connection, name: str) -> Row[Any] | None:
    """Return an account by name."""
    return connection.execute(select(account).where(account.c.name == name)).one_or_none()


def set_password(transaction: Transaction, account_id: str, password_hash: str) -> None:
    """Set a password and end the account's sessions."""
    transaction.connection.execute(
        update(account).where(account.c.id == account_id).values(password_hash=password_hash)
    )
    transaction.connection.execute(delete(console_session).where(console_session.c.account_id == account_id))


def add_session(
    transaction: Transaction, *, token_hash: str, account_id: str, csrf: str, expires_at_ms: int
) -> None:
    """Insert a console session, and forget those that are over."""
    transaction.connection.execute(
        delete(console_session).where(console_session.c.expires_at_ms <= transaction.now_ms)
    )
    transaction.connection.execute(
        insert(console_session),
        {
            "token_hash": token_hash,
            "account_id": account_id,
            "csrf": csrf,
            "created_at_ms": transaction.now_ms,
            "expires_at_ms": expires_at_ms,
        },
    )


def find_session(connection: Connection, token_hash: str, now_ms: int) -> Row[Any] | None:
    """Return a running session with its account's name and role."""
    wanted: Select[Any] = (
        select(console_session.c.csrf, account.c.id, account.c.name, account.c.role)
        .join(account, account.c.id == console_session.c.account_id)
        .where(console_session.c.token_hash == token_hash, console_session.c.expires_at_ms > now_ms)
    )
    return connection.execute(wanted).one_or_none()


def end_session(transaction: Transaction, token_hash: str) -> None:
    """Delete a session."""
    transaction.connection.execute(delete(console_session).where(console_session.c.token_hash == token_hash))


def add_token(
    transaction: Transaction,
    *,
    token_hash: str,
    use: str,
    role: str,
    name: str,
    rate: str | None = None,
    expires_at_ms: int | None = None,
) -> str:
    """Insert a token; return its id."""
    token_id = str(uuid7())
    transaction.connection.execute(
        insert(token),
        {
            "id": token_id,
            "token_hash": token_hash,
            "use": use,
            "role": role,
            "name": name,
            "rate": rate,
            "created_at_ms": transaction.now_ms,
            "expires_at_ms": expires_at_ms,
        },
    )
    return token_id


def find_token(connection: Connection, token_hash: str, use: str, now_ms: int) -> Row[Any] | None:
    """Return a token that is neither over nor ended."""
    wanted = select(token).where(
        token.c.token_hash == token_hash,
        token.c.use == use,
        token.c.ended_at_ms.is_(None),
        or_(token.c.expires_at_ms.is_(None), token.c.expires_at_ms > now_ms),
    )
    return connection.execute(wanted).one_or_none()


def end_token(transaction: Transaction, token_id: str) -> bool:
    """End a token once; False when it had ended before, or never was."""
    ended = transaction.connection.execute(
        update(token)
        .where(token.c.id == token_id, token.c.ended_at_ms.is_(None))
        .values(ended_at_ms=transaction.now_ms)
    )
    return ended.rowcount == 1


def tokens(connection: Connection) -> Sequence[Row[Any]]:
    """Return all API tokens, oldest first."""
    return connection.execute(select(token).where(token.c.use == "api").order_by(token.c.id)).all()
