"""The publisher's public keys, as their key set (JWKS, RFC 7517) lists them now.

Fetched when the first token asks, again when they are old (behind the back of whoever asks) and when a token
names a key that is not among them, but not more often than each AGAIN_S: a stream of invented names costs
the publisher's server nothing. While that server is away the last good set goes on, for KEPT_S at most.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from starlette.concurrency import run_in_threadpool

from ..domain.errors import Away, Unauthenticated

FRESH_S = 600.0
AGAIN_S = 5.0
KEPT_S = 24 * 3600.0
RSA_BITS = 2048

# Which algorithm a kind of key is for: the key says so, never the token.
ALGORITHMS = {("RSA", None): "RS256", ("OKP", "Ed25519"): "EdDSA"}

log = structlog.get_logger()

Keys = Mapping[tuple[str | None, str], PyJWK]  # by name and algorithm


class KeySet:
    """Keys of one address. `changed` is called when a key has gone: what it signed counts no more."""

    def __init__(
        self,
        fetch: Callable[[], bytes],
        *,
        changed: Callable[[], None] = lambda: None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._changed = changed
        self._clock_s = clock_s
        self._keys: Keys = {}
        self._fetched_s: float | None = None
        self._asked_s: float | None = None
        self._asking: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None, algorithm: str) -> PyJWK:
        """Return a key. Raises Unauthenticated for an unknown one, Away if no set could ever be fetched.

        A token that names no key means the only one there is for its algorithm.
        """
        self._forget_if_over()
        if self._age_s(self._fetched_s) > FRESH_S and self._may_ask():
            asking = self._ask()
            if not self._keys:
                await asyncio.shield(asking)
        found = self._look(key_id, algorithm)
        if found is None and (self._asking or self._may_ask()):
            await asyncio.shield(self._ask())
            found = self._look(key_id, algorithm)
        if found is not None:
            return found
        if self._fetched_s is None:
            raise Away("The keys of the site's sign-in cannot be reached at present.", retry_after_s=5)
        raise Unauthenticated("This sign-in is not signed by a key that is known.")

    def _look(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        if key_id is not None:
            return self._keys.get((key_id, algorithm))
        fitting = [key for (_, fit), key in self._keys.items() if fit == algorithm]
        return fitting[0] if len(fitting) == 1 else None

    def _age_s(self, since_s: float | None) -> float:
        return float("inf") if since_s is None else self._clock_s() - since_s

    def _may_ask(self) -> bool:
        return self._asking is None and self._age_s(self._asked_s) >= AGAIN_S

    def _forget_if_over(self) -> None:
        if self._fetched_s is not None and self._age_s(self._fetched_s) > KEPT_S:
            self._keys, self._fetched_s = {}, None
            self._changed()

    def _ask(self) -> "asyncio.Task[None]":
        """Ask once for all who need it now."""
        if self._asking is None:
            self._asked_s = self._clock_s()
            self._asking = asyncio.create_task(self._refresh())
        return self._asking

    async def _refresh(self) -> None:
        try:
            with suppress(Away):  # told in the log; the last good set goes on
                keys = await run_in_threadpool(self._fetched)
                gone = self._keys.keys() - keys.keys()
                self._keys, self._fetched_s = keys, self._clock_s()
                if gone:
                    self._changed()
        finally:
            self._asking = None

    def _fetched(self) -> Keys:
        try:
            return read(self._fetch())
        except Away as error:
            log.warning("keys_away", reason=error.detail)
            raise


def read(body: bytes) -> Keys:
    """Return the usable keys of a key set. Raises Away where there is none: an error page is no rotation."""
    try:
        listed = orjson.loads(body)["keys"]
        keys = dict(found for each in listed if (found := _key(each)))
    except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
        raise Away("The key set of the site's sign-in is not one.") from None
    if not keys:
        raise Away("The key set of the site's sign-in has no key for RS256 or EdDSA.")
    return keys


def _key(listed: dict[str, Any]) -> tuple[tuple[str | None, str], PyJWK] | None:
    """Return a key that may be used to verify, with its name; None for what is meant for something else."""
    kind = listed.get("kty"), listed.get("crv") if listed.get("kty") == "OKP" else None
    algorithm = ALGORITHMS.get(kind)  # type: ignore[arg-type]  # what is no such kind is not found
    if algorithm is None or listed.get("alg", algorithm) != algorithm or listed.get("use", "sig") != "sig":
        return None
    public = {name: value for name, value in listed.items() if name != "d"}  # nobody should publish that
    try:
        key = PyJWK.from_dict(public, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None
    if algorithm == "RS256" and key.key.key_size < RSA_BITS:
        return None
    name = listed.get("kid")
    return (name if isinstance(name, str) else None, algorithm), key
