"""Mute a person for oneself: kept with the reader, applied in their page, told to nobody."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from ..domain.errors import Conflict, Invalid, Missing, Unauthenticated
from ..domain.roles import Person
from ..store import mutes, people
from ..store.db import Database
from ..store.writer import Transaction
from .admission import limit_posts
from .parts import Parts
from .person import ERASED

MOST = 500  # whoever mutes more wants to read no comments at all


async def mute(parts: Parts, reader: Person, author_id: str, address: str) -> None:
    """Mute somebody of one's own site. Raises Missing, Invalid (oneself), Conflict (too many) or TooMany."""
    await limit_posts(parts, reader.person_id, address, act="mute")
    if author_id == reader.person_id:
        raise Invalid("You cannot mute yourself.")

    def act(transaction: Transaction) -> None:
        own, other = _both(transaction, reader.person_id, author_id)
        if other is None or other.site_id != own.site_id or other.standing == ERASED:
            raise Missing("There is no such person.")
        if mutes.count(transaction.connection, own.id) >= MOST:
            raise Conflict(f"You mute {MOST} people already; hear some of them again first.")
        mutes.put(transaction, own.id, other.id)

    await asyncio.wrap_future(parts.writer.submit(act))


async def unmute(parts: Parts, reader: Person, author_id: str, address: str) -> None:
    """Hear somebody again; who was not muted is heard anyway. Raises TooMany."""
    await limit_posts(parts, reader.person_id, address, act="mute")
    await asyncio.wrap_future(
        parts.writer.submit(lambda transaction: mutes.drop(transaction, reader.person_id, author_id))
    )


def muted(database: Database, reader_id: str) -> Sequence[Row[Any]]:
    """Return whom a reader mutes, the latest first."""
    with database.read() as connection:
        return mutes.of(connection, reader_id)


def _both(transaction: Transaction, own_id: str, other_id: str) -> tuple[Row[Any], Row[Any] | None]:
    found = people.get_authors(transaction.connection, [own_id, other_id])
    if own_id not in found or found[own_id].standing == ERASED:
        raise Unauthenticated("Start a session first (POST /api/v1/session).")
    return found[own_id], found.get(other_id)
