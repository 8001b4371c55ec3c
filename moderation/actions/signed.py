"""Readers whom the publisher signs in: which author a token stands for, remembered until it ends.

A person is (site, `sub`). The row is made with the first act that needs one, never by looking at a page, and
follows the token's name; what was written before keeps the name it had. A token is verified and looked up
once in a process; after that it costs a digest and a look into a dictionary, no SQL.
"""

import asyncio
import functools
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from uuid_utils import uuid7

from ..domain.errors import Unauthenticated
from ..domain.roles import Person
from ..store import people
from ..store.db import Database
from ..store.writer import Transaction, Writer
from . import names

if TYPE_CHECKING:
    from .sso import Claims, Trust

NOBODY = "00000000-0000-0000-0000-000000000000"  # a signed-in reader who has not done anything here yet
CAPACITY = 20_000  # tokens, about a kilobyte each
KEPT_S = 600.0  # a token is verified anew after that: a key may have been withdrawn

Key = tuple[bytes, str]  # digest of the token, site


@dataclass(frozen=True, slots=True)
class _Known:
    person: Person
    claims: "Claims"
    until_s: float


class SignedIn:
    """Finds the person behind a token. trust None: no sign-in is set up, and no token believed."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        check_site: Callable[[str], object],
        trust: "Trust | None" = None,
        fetch_keys: Callable[[], bytes] | None = None,
        *,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._writer = writer
        self._check_site = check_site  # raises Missing for one that does not exist
        self._verify = _verifier(trust, fetch_keys, self.forget_all) if trust else None
        self._clock_s = clock_s
        self._known: OrderedDict[Key, _Known] = OrderedDict()

    async def person(self, token: str, site_id: str, *, acts: bool) -> Person:
        """Return whose token it is. acts: something will be written, so that there must be a row.

        Raises Unauthenticated with what is wrong with the token, then Missing (the site), or Away (no keys,
        the writer is full).
        """
        if self._verify is None:
            raise Unauthenticated("No sign-in of another site is accepted here.")
        key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest(), site_id
        known = self._remembered(key)
        if known and not (acts and known.person.person_id == NOBODY):
            return known.person
        claims = known.claims if known else await self._verify(token)
        self._check_site(site_id)
        author_id = await self._author_id(site_id, claims, acts=acts)
        person = Person(
            author_id or NOBODY,
            claims.role,
            claims.name,
            # What a moderator decides is kept under an account; here that is the person.
            account_id=author_id if claims.role == "moderator" else None,
            is_vouched=True,
            is_staff=claims.is_staff,
            author_of=claims.author_of,
        )
        self._remember(key, _Known(person, claims, min(claims.expires_s, self._clock_s() + KEPT_S)))
        return person

    def forget(self, person_id: str) -> None:
        """Remember no token of somebody: erased, or gone."""
        for key, known in list(self._known.items()):
            if known.person.person_id == person_id:
                self._known.pop(key, None)

    def forget_all(self) -> None:
        """Verify every token anew."""
        self._known.clear()

    def _remembered(self, key: Key) -> _Known | None:
        known = self._known.get(key)
        if known is None or known.until_s <= self._clock_s():
            return None
        self._known.move_to_end(key)
        return known

    def _remember(self, key: Key, known: _Known) -> None:
        self._known[key] = known
        if len(self._known) > CAPACITY:
            self._known.popitem(last=False)

    async def _author_id(self, site_id: str, claims: "Claims", *, acts: bool) -> str | None:
        skeleton = names.protected_skeleton(claims.name)

        def look() -> tuple[str | None, bool]:
            with self._database.read() as connection:
                row = people.find_subject(connection, site_id, claims.subject)
            return (row.id, (row.name, row.skeleton) == (claims.name, skeleton)) if row else (None, False)

        def ensure(transaction: Transaction) -> str:
            return _ensure(transaction, site_id, claims, skeleton)

        author_id, is_current = await run_in_threadpool(look)
        if not acts or is_current:
            return author_id
        return await asyncio.wrap_future(self._writer.submit(ensure))


def _verifier(
    trust: "Trust", fetch_keys: Callable[[], bytes] | None, changed: Callable[[], None]
) -> Callable[[str], Awaitable["Claims"]]:
    from . import sso  # noqa: PLC0415 - cryptography takes a tenth of a second, and most services need none
    from .keys import KeySet  # noqa: PLC0415

    keys = KeySet(fetch_keys, changed=changed) if fetch_keys else None
    return functools.partial(sso.verify, trust, keys)


def _ensure(transaction: Transaction, site_id: str, claims: "Claims", skeleton: str | None) -> str:
    """Make the author, or give them the name that they have now; return the id."""
    row = people.find_subject(transaction.connection, site_id, claims.subject)
    if row is not None:
        people.rename_author(transaction, row.id, claims.name, skeleton=skeleton)
        return str(row.id)
    made = {"id": str(uuid7()), "site_id": site_id, "name": claims.name}
    people.add_authors(transaction, [{**made, "subject": claims.subject, "skeleton": skeleton}])
    return made["id"]
