"""Who is asking: readers by a signed token, moderators by password and session, programs by API token.

A reader's token is its signed id: nothing is looked up to believe it. Everything else is a random
secret of which only the SHA-256 is stored; a look-up by hash leaks no timing.
"""

import asyncio
import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from functools import cache, cached_property
from typing import cast

import itsdangerous
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from uuid_utils import uuid7

from ..domain import content
from ..domain.errors import Conflict, Field, Forbidden, Invalid, Missing, Unauthenticated
from ..domain.roles import Person, Role
from ..live.rates import address_block
from ..store import audit, people, policies
from ..store.db import Database
from ..store.writer import Transaction, Writer
from . import names

READER_PREFIX = "fwr_"
API_PREFIX = "fwk_"
SESSION_MS = 12 * 3600 * 1000  # a working day; then the password again
LINK_MS = 15 * 60 * 1000
PASSWORD_LENGTH = 12
SIGN_IN_RATE = "10/minute"
STRANGERS_RATE = "30/hour"  # attempts on one name from browsers that it has never signed in from
SIGN_IN = "This site takes comments from signed-in readers only. Please sign in first."
OWNER = "owner"  # the account behind the first sign-in link of a fresh installation

_PASSWORDS = PasswordHasher()
_HASHING = threading.BoundedSemaphore(2)  # a hash takes 64 MB and a core: a flood must not take all


@dataclass(frozen=True)
class Signing:
    """The service's secret key and what is signed with it."""

    secret_key: str

    def reader_token(self, reader_id: str) -> str:
        """Return the token that proves to be this reader."""
        return READER_PREFIX + self._signer.sign(reader_id.replace("-", "")).decode()

    def reader_id(self, token: str) -> str | None:
        """Return whose token it is; None if it is nobody's."""
        try:
            plain = self._signer.unsign(token.removeprefix(READER_PREFIX)).decode()
        except (itsdangerous.BadSignature, UnicodeError):
            return None
        return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"

    def device(self, name: str) -> str:
        """Return what a browser keeps that this account has signed in from."""
        return self._devices.sign(f"{name.encode().hex()}:{secrets.token_hex(8)}").decode()

    def device_name(self, kept: str) -> str | None:
        """Return whose browser it is; None if it is nobody's."""
        try:
            plain = self._devices.unsign(kept).decode()
            return bytes.fromhex(plain.partition(":")[0]).decode()
        except (itsdangerous.BadSignature, ValueError):
            return None

    def letter_token(self, address_id: str) -> str:
        """Return what a letter's links carry."""
        return self._letters.sign(address_id).decode()

    def letter_address(self, token: str) -> str | None:
        """Return the address that a letter's link is about; None if it is not one of ours."""
        try:
            return self._letters.unsign(token).decode()
        except (itsdangerous.BadSignature, UnicodeError):
            return None

    @cached_property
    def _letters(self) -> itsdangerous.Signer:
        return self._signer_of(b"letter")

    @cached_property
    def _signer(self) -> itsdangerous.Signer:
        return self._signer_of(b"reader")

    @cached_property
    def _devices(self) -> itsdangerous.Signer:
        return self._signer_of(b"device")

    def _signer_of(self, salt: bytes) -> itsdangerous.Signer:
        # The signer would derive this key again for each token, which costs as much as signing.
        key = hmac.digest(self.secret_key.encode(), salt, "sha256")
        return itsdangerous.Signer(key, digest_method=hashlib.sha256, key_derivation="none")


@dataclass(frozen=True, slots=True)
class Session:
    """A console session. secret: what the cookie holds; known only when it was just made."""

    person: Person
    csrf: str
    secret: str = ""


async def start_reader(writer: Writer, *, site_id: str, name: str) -> Person:
    """Make an anonymous reader. Raises Invalid (name), Missing (site), Unauthenticated (sign in), Away."""
    shown = content.checked_name(name, field="name")
    reader_id = str(uuid7())

    def act(transaction: Transaction) -> None:
        site = policies.get_site(transaction.connection, site_id)
        if site is None:
            raise Missing(f"There is no site {site_id!r}.")
        if site.needs_sign_in:
            raise Unauthenticated(SIGN_IN)
        found = names.look_up(transaction.connection, [(site_id, shown)])
        found.refuse(shown, site_id, site.title, field="name")
        people.add_author(transaction, author_id=reader_id, site_id=site_id, name=shown)

    await asyncio.wrap_future(writer.submit(act))
    return Person(reader_id, "reader", shown)


def attempt(signing: Signing, *, name: str, device: str, address: str) -> list[tuple[str, str, str]]:
    """Return (rate, scope, key) of what an attempt to sign in counts against.

    A browser from which this name has signed in before has an allowance of its own, so strangers who
    guess cannot lock the owner out (OWASP calls what it keeps a device cookie).
    """
    if signing.device_name(device) == name:
        return [(SIGN_IN_RATE, "sign-in-device", device)]
    block = address_block(address)
    return [(SIGN_IN_RATE, "sign-in-address", block), (STRANGERS_RATE, "sign-in-name", name[:100])]


def sign_in(database: Database, writer: Writer, *, name: str, password: str) -> Session:
    """Start a console session by password. Raises Forbidden, the same for every mistake."""
    with database.read() as connection:
        account = people.find_account(connection, name)
    if not _is_right(account.password_hash if account else None, password) or account is None:
        raise Forbidden("Name or password is wrong.")
    return _start(writer, Person(account.id, account.role, account.name, account.id))


def sign_in_by_link(database: Database, writer: Writer, secret: str, now_ms: int) -> Session:
    """Start a session by a one-time link. Raises Forbidden when it is used up or over."""
    with database.read() as connection:
        link = people.find_token(connection, _hash(secret), "sign_in", now_ms)
        account = people.find_account(connection, link.name) if link else None
    if link is None or account is None or not writer.run(lambda tx: people.end_token(tx, link.id)):
        raise Forbidden("This sign-in link has been used, or is older than 15 minutes.")
    return _start(writer, Person(account.id, account.role, account.name, account.id))


def sign_out(writer: Writer, secret: str) -> None:
    """End a session."""
    writer.run(lambda transaction: people.end_session(transaction, _hash(secret)))


def find_session(database: Database, secret: str, now_ms: int) -> Session | None:
    """Return the running session that a cookie belongs to."""
    with database.read() as connection:
        found = people.find_session(connection, _hash(secret), now_ms)
    if found is None:
        return None
    return Session(Person(found.id, found.role, found.name, found.id), found.csrf, secret)


def find_api_person(database: Database, token: str, now_ms: int) -> Person:
    """Return whose API token it is. Raises Unauthenticated."""
    with database.read() as connection:
        found = people.find_token(connection, _hash(token), "api", now_ms)
    if found is None:
        raise Unauthenticated("This API token is unknown or was revoked.")
    return Person(found.id, cast("Role", found.role), found.name, found.id)


def make_api_token(writer: Writer, *, role: Role, name: str, rate: str | None = None) -> str:
    """Make an API token; it is shown once, here. rate: of scoring requests, None: the installation's."""
    secret = API_PREFIX + secrets.token_urlsafe(32)
    hashed = _hash(secret)
    writer.run(lambda tx: people.add_token(tx, token_hash=hashed, use="api", role=role, name=name, rate=rate))
    return secret


def revoke_api_token(writer: Writer, token_id: str) -> None:
    """End an API token. Raises Missing when there is none that runs."""
    if not writer.run(lambda transaction: people.end_token(transaction, token_id)):
        raise Missing(f"There is no running token {token_id}.")


def make_sign_in_link(writer: Writer) -> str:
    """Make the secret of a one-time link for the owner's account, which is made if it is not there."""
    secret = secrets.token_urlsafe(32)

    def act(transaction: Transaction) -> None:
        if people.find_account(transaction.connection, OWNER) is None:
            people.add_account(transaction, name=OWNER, role="admin", password_hash=None)
        people.add_token(
            transaction,
            token_hash=_hash(secret),
            use="sign_in",
            role="admin",
            name=OWNER,
            expires_at_ms=transaction.now_ms + LINK_MS,
        )

    writer.run(act)
    return secret


def add_account(writer: Writer, *, name: str, role: Role, password: str) -> str:
    """Make a moderator or admin; return the account's id. Raises Invalid and Conflict."""
    shown, password_hash = content.checked_name(name, field="name"), _hashed(password)

    def act(transaction: Transaction) -> str:
        if people.find_account(transaction.connection, shown):
            raise Conflict(f"There is an account {shown!r} already.")
        account_id = people.add_account(transaction, name=shown, role=role, password_hash=password_hash)
        audit.add(
            transaction, actor_id="cli", act="account.added", subject_id=account_id, facts={"role": role}
        )
        return account_id

    return writer.run(act)


def reset_password(database: Database, writer: Writer, *, name: str, password: str) -> None:
    """Set an account's password and end its sessions. Raises Invalid and Missing."""
    with database.read() as connection:
        account = people.find_account(connection, name)
    if account is None:
        raise Missing(f"There is no account {name!r}.")
    password_hash = _hashed(password)
    writer.run(lambda transaction: people.set_password(transaction, account.id, password_hash))


def _start(writer: Writer, person: Person) -> Session:
    session = Session(person, csrf=secrets.token_urlsafe(24), secret=secrets.token_urlsafe(32))

    def act(transaction: Transaction) -> None:
        people.add_session(
            transaction,
            token_hash=_hash(session.secret),
            account_id=person.person_id,
            csrf=session.csrf,
            expires_at_ms=transaction.now_ms + SESSION_MS,
        )
        who = person.person_id
        audit.add(transaction, actor_id=who, act="signed_in", subject_id=who, facts={})

    writer.run(act)
    return session


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _hashed(password: str) -> str:
    if len(password) < PASSWORD_LENGTH:
        detail = f"The password has {len(password)} characters; at least {PASSWORD_LENGTH} are needed."
        raise Invalid(detail, [Field("password", detail)])
    with _HASHING:
        return _PASSWORDS.hash(password)


@cache
def _nobody() -> str:
    """Return what is compared when a name is unknown, so that the answer takes as long as for a known one."""
    return _PASSWORDS.hash(secrets.token_urlsafe())


def _is_right(password_hash: str | None, password: str) -> bool:
    with _HASHING:
        nobody = _nobody()  # made at the first sign-in, whoever it is: a tenth of a second of no start
        try:
            return _PASSWORDS.verify(password_hash or nobody, password) and password_hash is not None
        except (VerifyMismatchError, InvalidHashError):
            return False
