"""Cookies that scripts cannot read, other sites cannot send, and neighbours cannot set.

Where our public address is https their names begin with `__Host-`: a browser takes such a name only over
TLS, for the whole of one host, and from no sibling domain. So nobody can slip a session of theirs under a
moderator.
(On a machine's own loopback address Chromium does so without TLS, which the one-time link relies on.)
"""

from starlette.requests import Request
from starlette.responses import Response

PREFIX = "__Host-"


def get_cookie(request: Request, name: str) -> str | None:
    """Return a cookie of ours."""
    return request.cookies.get(_full(request, name))


def set_cookie(response: Response, request: Request, name: str, value: str, max_age_s: int) -> None:
    """Set a cookie for all of our pages."""
    # Written by hand: our values need no quoting, and the standard library takes as long as a route.
    said = f"{_full(request, name)}={value}; HttpOnly; Max-Age={max_age_s}; Path=/; SameSite=lax"
    response.headers.append("set-cookie", f"{said}; Secure" if _is_secure(request) else said)


def drop_cookie(response: Response, request: Request, name: str) -> None:
    """End a cookie."""
    set_cookie(response, request, name, "", 0)


def _full(request: Request, name: str) -> str:
    return PREFIX + name if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    return request.scope["scheme"] == "https" or bool(request.app.state.origins.is_secure)
