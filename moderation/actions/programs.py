"""What answers other programs in the words of the Perspective API, with a service around it or alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.classifier import Classifier

from ..domain.errors import Away, TooMany
from ..domain.roles import Person, require
from ..live.rates import Rates
from ..store import suggestions
from ..store.writer import Transaction, Writer
from .api_keys import Key, Keys, keep_used


@dataclass(frozen=True, slots=True)
class Programs:
    """champion: the model that answers now, if any; rate: of keys that have none of their own.

    keys None: everybody may ask; writer None: there is nowhere to keep suggestions.
    """

    champion: Callable[[], Classifier | None]
    keys: Keys | None
    rates: Rates
    rate: str
    writer: Writer | None

    def model(self) -> Classifier:
        """Return the model. Raises Away without one."""
        if (found := self.champion()) is None:
            raise Away("No classifier could be loaded.", retry_after_s=60)
        return found

    async def admit(self, secret: str) -> Key | None:
        """Return who asks, and count it. Raises Unauthenticated, Forbidden or TooMany."""
        if self.keys is None:
            return None
        key = await self.keys.get(secret)
        require(key.person, "scorer")
        try:
            await self.meter(key.person, key.rate)
        except TooMany:
            self.keys.count(key, "refused")
            raise
        self.keys.count(key, "answered")
        return key

    async def meter(self, person: Person, rate: str | None = None) -> None:
        """Count a request against a rate, by default the installation's. Raises TooMany."""
        if wait_s := await self.rates.hit(rate or self.rate, scope="score", key=person.person_id):
            raise TooMany("This key asks faster than it may.", retry_after_s=wait_s)

    def keep_used(self) -> None:
        """Add to what is kept of today what keys asked since the last time. Raises Away; for a thread."""
        if self.keys is not None and self.writer is not None:
            keep_used(self.writer, self.keys.take_used())

    async def keep(
        self,
        key: Key | None,
        *,
        community: str,
        text: str,
        scores: Mapping[str, Any],
        languages: Sequence[str],
    ) -> None:
        """Store what a program thinks right of a text: a label that counts once an admin trusts its key.

        Durable when this returns. Raises Away, also where there is nowhere to keep it.
        """
        if self.writer is None or key is None:
            raise Away("This scorer keeps nothing: suggestions need the whole service.", retry_after_s=3600)
        row = {"body": text, "scores": dict(scores), "languages": list(languages)}
        await self.writer.write(_add, row | {"token_id": key.person.person_id, "community": community})


def _add(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [suggestions.add(transaction, row) for row in rows]
