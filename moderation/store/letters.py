"""Addresses and letters. A letter is written in the transaction of what it tells, and sent later."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils import uuid7

from .tables import article, author, comment, letter, muting, reply_address
from .writer import Transaction

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def ask(transaction: Transaction, author_id: str, email: str) -> str:
    """Set an address that is still to be confirmed, and write the letter that asks; return its id."""
    drop(transaction, author_id)
    address_id = str(uuid7())
    row = {"id": address_id, "author_id": author_id, "email": email, "asked_at_ms": transaction.now_ms}
    transaction.connection.execute(insert(reply_address), row)
    _write(transaction, [{"address_id": address_id, "comment_id": None}])
    return address_id


def confirm(transaction: Transaction, address_id: str) -> bool:
    """Remember that its owner wants letters there; False when there is no such address any more."""
    wanted = update(reply_address).where(reply_address.c.id == address_id)
    found = transaction.connection.execute(wanted.values(confirmed_at_ms=transaction.now_ms))
    return found.rowcount == 1


def drop(transaction: Transaction, author_id: str) -> None:
    """Forget somebody's address and every letter to it."""
    ids = select(reply_address.c.id).where(reply_address.c.author_id == author_id)
    transaction.connection.execute(delete(letter).where(letter.c.address_id.in_(ids)))
    transaction.connection.execute(delete(reply_address).where(reply_address.c.author_id == author_id))


def owner(connection: Connection, address_id: str) -> str | None:
    """Return whose address it is."""
    wanted = select(reply_address.c.author_id).where(reply_address.c.id == address_id)
    return connection.execute(wanted).scalar_one_or_none()


def address_of(connection: Connection, author_id: str) -> Row[Any] | None:
    """Return somebody's address."""
    wanted = select(reply_address).where(reply_address.c.author_id == author_id)
    return connection.execute(wanted).one_or_none()


def tell(transaction: Transaction, told: Sequence[Row[Any]]) -> None:
    """Write letters of new notices (`author_id`, `comment_id`) to those who asked for them."""
    wanted = select(reply_address.c.id, reply_address.c.author_id).where(
        reply_address.c.author_id.in_({row.author_id for row in told}),
        reply_address.c.confirmed_at_ms.is_not(None),
    )
    ids = {row.author_id: row.id for row in transaction.connection.execute(wanted)} if told else {}
    _write(
        transaction,
        [
            {"address_id": ids[row.author_id], "comment_id": row.comment_id}
            for row in told
            if row.author_id in ids
        ],
    )


def due(connection: Connection, now_ms: int, limit: int) -> Sequence[Row[Any]]:
    """Return letters to send now, with what they tell; is_moot: there is nothing to tell any more."""
    is_muted = exists().where(
        muting.c.author_id == reply_address.c.author_id, muting.c.muted_id == comment.c.author_id
    )
    wanted = (
        select(
            letter,
            reply_address.c.email,
            author.c.name,
            author.c.site_id,
            comment.c.body,
            comment.c.author_name,
            article.c.key.label("article_key"),
            article.c.title.label("article_title"),
            (letter.c.comment_id.is_not(None) & ((comment.c.status != "approved") | is_muted)).label(
                "is_moot"
            ),
        )
        .join(reply_address, reply_address.c.id == letter.c.address_id)
        .join(author, author.c.id == reply_address.c.author_id)
        .outerjoin(comment, comment.c.id == letter.c.comment_id)
        .outerjoin(article, article.c.id == comment.c.article_id)
        .where(letter.c.sent_at_ms.is_(None), letter.c.due_at_ms <= now_ms)
    )
    return connection.execute(wanted.order_by(letter.c.due_at_ms).limit(limit)).all()


def done(transaction: Transaction, letter_id: str) -> None:
    """Remember that a letter was sent, or need not be."""
    transaction.connection.execute(
        update(letter).where(letter.c.id == letter_id).values(sent_at_ms=transaction.now_ms)
    )


def put_off(transaction: Transaction, letter_id: str, *, due_at_ms: int) -> None:
    """Try a letter again later."""
    again = {"due_at_ms": due_at_ms, "tries": letter.c.tries + 1}
    transaction.connection.execute(update(letter).where(letter.c.id == letter_id).values(again))


def _write(transaction: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        made = _INSERT[transaction.connection.dialect.name](letter).on_conflict_do_nothing()
        fresh = {"due_at_ms": transaction.now_ms, "tries": 0}
        transaction.connection.execute(made, [{**row, **fresh, "id": str(uuid7())} for row in rows])
