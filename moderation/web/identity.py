"""Who is asking, read off a request.

A Bearer token comes first. A cookie is believed only where it cannot be abused: for a write, the
Origin must be ours; the console's cookie needs its CSRF token besides.
"""

import hmac
import ipaddress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ..actions import sessions
from ..actions.parts import Parts, now_ms
from ..domain.errors import Forbidden, Unauthenticated
from ..domain.roles import Person
from .cookies import get_cookie

READER_COOKIE = "fw_reader"
CONSOLE_COOKIE = "fw_console"
READER_COOKIE_S = 365 * 24 * 3600

FORWARDED = {"x-forwarded-for", "forwarded", "x-real-ip"}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Origins:
    """Where pages of ours live: the public address without a slash at the end, if one is set."""

    own: str | None

    @property
    def is_secure(self) -> bool:
        """Tell whether readers know us by an https address only, whatever a proxy makes of it."""
        return self.own is not None and self.own.startswith("https://")

    def is_ours(self, request: Request) -> bool:
        """Tell whether a page of ours made this request; one without TLS at a public https address is not."""
        origin = request.headers.get("origin")
        here = f"{request.url.scheme}://{request.url.netloc}"
        if self.own is not None and self.is_secure and here == f"http://{self.own.removeprefix('https://')}":
            here = self.own
        return origin is not None and origin in {self.own, here}

    def is_foreign(self, request: Request) -> bool:
        """Tell whether a page of somebody else made this request."""
        return request.headers.get("origin") is not None and not self.is_ours(request)


def bearer(request: Request) -> str | None:
    """Return the Bearer token, if one was sent."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


async def find_signed(request: Request, parts: Parts) -> Person | None:
    """Return whom the publisher signed in, or None for a request without such a token.

    What is neither a reader's nor an API token is taken for one. Raises Unauthenticated, Missing (site).
    """
    token = bearer(request)
    if token is None or token.startswith((sessions.READER_PREFIX, sessions.API_PREFIX)):
        return None
    site_id = request.path_params.get("site") or request.query_params.get("site", "main")
    return await parts.signed_in.person(token, site_id, acts=request.method not in _SAFE)


async def find_reader(request: Request, parts: Parts, origins: Origins) -> Person | None:
    """Return the reader, or None for somebody who has not been here. Raises Unauthenticated."""
    if signed := await find_signed(request, parts):
        return signed
    if token := bearer(request):
        if token.startswith(sessions.READER_PREFIX):
            reader_id = parts.signing.reader_id(token)
            if reader_id is None:
                raise Unauthenticated("This reader token is not one of ours.")
            return Person(reader_id, "reader", "")
        return await run_in_threadpool(sessions.find_api_person, parts.database, token, now_ms())
    if "x-csrf-token" in request.headers and get_cookie(request, CONSOLE_COOKIE):
        return await run_in_threadpool(find_staff, request, parts, origins)  # the desk writes in its own name
    cookie = get_cookie(request, READER_COOKIE)
    if cookie is None or (request.method not in _SAFE and not _is_from_our_page(request, origins)):
        return None  # a cookie without our Origin proves nothing: whoever sent it starts anew
    reader_id = parts.signing.reader_id(cookie)
    return Person(reader_id, "reader", "") if reader_id else None


async def find_form_reader(request: Request, parts: Parts, origins: Origins) -> Person | None:
    """Return who sent a form of ours, or None for somebody who has not been here."""
    cookie = get_cookie(request, READER_COOKIE)
    if cookie is None or not origins.is_ours(request):
        return None
    reader_id = parts.signing.reader_id(cookie)
    return Person(reader_id, "reader", "") if reader_id else None


def find_staff(request: Request, parts: Parts, origins: Origins) -> Person:
    """Return the moderator, admin or scorer who asks. Looks into SQL: for a thread."""
    if token := bearer(request):
        if token.startswith(sessions.READER_PREFIX):
            if (reader_id := parts.signing.reader_id(token)) is None:
                raise Unauthenticated("This reader token is not one of ours.")
            return Person(reader_id, "reader", "This reader")
        return sessions.find_api_person(parts.database, token, now_ms())
    session = find_console_session(request, parts)
    if session is None:
        raise Unauthenticated("Sign in, or send an API token as Bearer.")
    if request.method not in _SAFE:
        if not _is_from_our_page(request, origins):
            raise Forbidden("With a cookie, writing takes a page of ours (Origin) and JSON; or send a token.")
        if not hmac.compare_digest(request.headers.get("x-csrf-token", "").encode(), session.csrf.encode()):
            raise Forbidden("The CSRF token is missing or wrong; reload the page.")
    return session.person


def find_console_session(request: Request, parts: Parts) -> sessions.Session | None:
    """Return the console session of the browser."""
    cookie = get_cookie(request, CONSOLE_COOKIE)
    return sessions.find_session(parts.database, cookie, now_ms()) if cookie else None


def _is_from_our_page(request: Request, origins: Origins) -> bool:
    """Tell whether a script of ours sent this: no form of another site can send JSON unasked."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    return origins.is_ours(request) and kind == "application/json"


def host(request: Request) -> str:
    """Return the client's address."""
    return request.client.host if request.client else ""


def is_loopback(request: Request) -> bool:
    """Tell whether a program on this machine asks, and not a proxy for somebody else."""
    try:
        is_here = ipaddress.ip_address(host(request)).is_loopback
    except ValueError:
        return False
    return is_here and not FORWARDED & set(request.headers.keys())
