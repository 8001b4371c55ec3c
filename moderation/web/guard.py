"""Around every request: security headers, an id, a log line without texts, metrics."""

import time
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..actions import tracing
from . import metrics
from .errors import unexpected
from .request_id import request_id

log = structlog.get_logger()

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HSTS = "max-age=31536000"

PROBES = frozenset({"/healthz", "/readyz"})
_QUIET = PROBES | {"/metrics"}  # asked every few seconds by machines


class Guard:
    """Pure ASGI, so that streams pass through unbuffered."""

    def __init__(self, app: ASGIApp, *, is_secure: bool = False) -> None:
        """is_secure: readers know us by an https address, whatever a proxy makes of it."""
        self._app = app
        fixed = Headers(HEADERS).raw
        strict = [*fixed, (b"strict-transport-security", HSTS.encode())]
        self._fixed = {"http": strict if is_secure else fixed, "https": strict}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with tracing.request(scope["headers"]) as span:
            await self._answer(scope, receive, send, span)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, span: Any) -> None:
        started_s = time.perf_counter()
        named = request_id(scope)
        structlog.contextvars.bind_contextvars(id=named)  # of this request's task alone
        status: int | None = None

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said = {name for name, _ in message["headers"]}
                kind = "https" if scope["scheme"] == "https" else "http"  # a proxy may say "ws"
                fixed = [header for header in self._fixed[kind] if header[0] not in said]
                known = (b"x-request-id", named.encode())
                message = {**message, "headers": [*message["headers"], *fixed, known]}
            await send(message)

        try:
            await self._app(scope, receive, send_guarded)
        except Exception as error:
            if status is not None:
                raise  # half an answer is out: the server can only cut the connection
            await unexpected(scope, error)(scope, receive, send_guarded)
        finally:
            _told(scope, status or 500, time.perf_counter() - started_s, span)


class KnownHosts(TrustedHostMiddleware):
    """Refuse other host names, but not to machines that ask by address whether we live."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in PROBES:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _told(scope: Scope, status: int, took_s: float, span: Any) -> None:
    route = getattr(scope.get("route"), "path", "unmatched")
    count, took = metrics.answers(scope["method"], route, status)
    count.inc()
    if not route.endswith("/events"):  # a stream lasts as long as its page is open
        took.observe(took_s)
    if span:
        tracing.answered(span, scope["method"], route, status)
    if scope["path"] not in _QUIET:
        # The route's pattern, never the address: addresses hold ids of people and one-time links.
        took_ms = round(took_s * 1000, 1)
        log.info("request", method=scope["method"], route=route, status=status, ms=took_ms)
