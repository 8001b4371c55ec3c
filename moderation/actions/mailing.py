"""Replies by e-mail: only to an address whose owner said yes, and never after they said no.

The links in letters are signed and name the address's row, so a link to an earlier address does nothing. They
open a page with a button: programs that look at every link of a letter confirm and end nothing.
"""

import asyncio
import hashlib
from collections.abc import Callable

from ..domain.errors import Conflict, Field, Invalid, Missing, Unauthenticated
from ..domain.reporting import is_email
from ..domain.roles import Person
from ..store import letters, people
from ..store.writer import Transaction
from .admission import limit_posts
from .parts import Parts
from .person import ERASED

LONGEST = 254  # characters of an address (RFC 5321)
QUESTIONS = "3 per day"  # to one address, whoever asks: nobody's mailbox is filled through us


async def ask(parts: Parts, reader: Person, email: str, address: str) -> None:
    """Send the question to an address. Raises Conflict (no e-mail here), Invalid or TooMany."""
    if parts.post is None:
        raise Conflict("This service sends no e-mail.")
    email = email.strip()
    if len(email) > LONGEST or not is_email(email) or not email.isprintable():
        detail = "This is not an e-mail address."
        raise Invalid(detail, [Field("email", detail)])
    await limit_posts(parts, reader.person_id, address, act="mail")
    named = hashlib.sha256(email.lower().encode()).hexdigest()
    asked = await parts.rates.hit(QUESTIONS, scope="mail", key=named)

    def act(transaction: Transaction) -> None:
        found = people.get_author(transaction.connection, reader.person_id)
        if found is None or found.standing == ERASED:
            raise Unauthenticated("Start a session first (POST /api/v1/session).")
        letters.ask(transaction, reader.person_id, email)

    if not asked:  # whether others asked that address today is not told
        await asyncio.wrap_future(parts.writer.submit(act))


async def stop(parts: Parts, reader: Person) -> None:
    """Forget a reader's address."""
    await asyncio.wrap_future(parts.writer.submit(lambda tx: letters.drop(tx, reader.person_id)))


def confirm(parts: Parts, token: str) -> None:
    """Say yes by a letter's link. Raises Missing."""

    def act(transaction: Transaction, address_id: str) -> None:
        letters.confirm(transaction, address_id)

    _follow(parts, token, act)


def unsubscribe(parts: Parts, token: str) -> None:
    """Say no by a letter's link. Raises Missing."""

    def act(transaction: Transaction, address_id: str) -> None:
        if author_id := letters.owner(transaction.connection, address_id):
            letters.drop(transaction, author_id)

    _follow(parts, token, act)


def check(parts: Parts, token: str) -> None:
    """Raise Missing unless a link is one of ours, for an address that is still there."""
    _follow(parts, token, lambda *_: None)


def _follow(parts: Parts, token: str, act: Callable[[Transaction, str], None]) -> None:
    address_id = parts.signing.letter_address(token)
    if address_id is None:
        raise Missing("This link is not one of ours.")

    def known(transaction: Transaction) -> None:
        if letters.owner(transaction.connection, address_id) is None:
            raise Missing("This link is over: the address was changed, or taken out.")
        act(transaction, address_id)

    parts.writer.run(known)
