"""API keys of programs that ask often: believed for some seconds, so that not every request asks SQL."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from starlette.concurrency import run_in_threadpool

from ..domain.errors import Invalid, Missing, Unauthenticated
from ..domain.roles import Person, Role
from ..live.rates import parse_rate
from ..store import audit, keys, people, suggestions
from ..store.db import Database
from ..store.writer import Transaction, Writer

UNKNOWN = "This key is unknown or was revoked."
BELIEVED_S = 5.0  # a revoked key works as long as this in each process
DAY_MS = 24 * 3600 * 1000
KNOWN = 10_000  # keys, right and wrong ones: whoever guesses must not fill the memory, nor ask SQL for each


@dataclass(frozen=True, slots=True)
class Key:
    """Whose key it is, and how often it may ask; rate None: as often as the installation lets keys."""

    person: Person
    rate: str | None = None


Find = Callable[[str], Key]  # of a key's secret; raises Unauthenticated; for a thread


class Keys:
    """What some keys turned out to be, and how much they asked; for one event loop."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._known: dict[bytes, tuple[Key | None, float]] = {}
        self._used: Counter[tuple[str, str]] = Counter()

    async def get(self, secret: str) -> Key:
        """Return whose key it is. Raises Unauthenticated."""
        digest = _digest(secret)
        found, until_s = self._known.get(digest, (None, 0.0))
        if until_s < time.monotonic():
            found = await run_in_threadpool(self._ask, secret)
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[digest] = (found, time.monotonic() + BELIEVED_S)
        if found is None:
            raise Unauthenticated(UNKNOWN)
        return found

    def count(self, key: Key, outcome: str) -> None:
        """Count a request. outcome: "answered" or "refused"."""
        self._used[key.person.person_id, outcome] += 1

    def take_used(self) -> Mapping[tuple[str, str], int]:
        """Return what was counted since the last time, (key, outcome) → number."""
        used, self._used = self._used, Counter()
        return used

    def _ask(self, secret: str) -> Key | None:
        try:
            return self._find(secret)
        except Unauthenticated:
            return None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def in_database(database: Database, clock_ms: Callable[[], int]) -> Find:
    """Return the way to find API tokens."""

    def find(secret: str) -> Key:
        with database.read() as connection:
            found = people.find_token(connection, _digest(secret).hex(), "api", clock_ms())
        if found is None:
            raise Unauthenticated(UNKNOWN)
        return Key(Person(found.id, cast("Role", found.role), found.name, found.id), found.rate)

    return find


def keep_used(writer: Writer, counts: Mapping[tuple[str, str], int]) -> None:
    """Add what keys asked to what is kept of today (UTC)."""
    if counts:
        writer.run(lambda transaction: keys.count(transaction, counts))


def trust(writer: Writer, token_id: str, weight: float) -> None:
    """Say what a key's suggestions count in training, 0 to 1. Raises Invalid, Missing."""
    if not 0 <= weight <= 1:
        raise Invalid("A weight is a number from 0 to 1.")

    def act(transaction: Transaction) -> None:
        if not suggestions.weigh(transaction, token_id, weight):
            raise Missing(f"There is no API token {token_id}.")
        facts = {"weight": weight}
        audit.add(transaction, actor_id="command", act="key.trust", subject_id=token_id, facts=facts)

    writer.run(act)


def limit(writer: Writer, token_id: str, rate: str) -> None:
    """Say how often a key may ask: "60/minute", "off". Raises Invalid, Missing."""
    parse_rate(rate)
    if not writer.run(lambda transaction: keys.set_rate(transaction, token_id, rate)):
        raise Missing(f"There is no API token {token_id}.")


def listed(database: Database, now_ms: int) -> list[dict[str, Any]]:
    """List API tokens, oldest first, without their secrets, with what they asked to have scored."""
    today, month = (datetime.fromtimestamp((now_ms - days * DAY_MS) / 1000, UTC).date() for days in (0, 29))
    with database.read() as connection:
        rows = people.tokens(connection)
        of_today = keys.used(connection, today.isoformat())
        of_month = keys.used(connection, month.isoformat())
    return [
        {
            "id": row.id,
            "role": row.role,
            "name": row.name,
            "state": "ended" if row.ended_at_ms else "runs",
            "rate": row.rate or "",
            "weight": row.weight or "",
            "today": of_today[row.id].answered if row.id in of_today else "",
            "thirty_days": of_month[row.id].answered if row.id in of_month else "",
            "refused": of_month[row.id].refused if row.id in of_month else "",
        }
        for row in rows
    ]
