"""Answer a page that is known by heart before anything else looks at the request.

Nine requests of ten are for the first page of an article, and the same bytes go to everyone. Routing,
parsing and identity would cost four times what the answer does. So the address as it was asked for,
unparsed, is looked up among those that were answered before; everything else passes on. What an answer
carries is the same either way (a test compares them). These answers are counted, not logged one by one.
"""

import time
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..actions import tracing
from ..actions.pages import Pages
from . import metrics
from .guard import HEADERS, HSTS
from .request_id import request_id

PAGE = "/api/v1/articles/{article_id:path}/comments"  # the route's pattern, as metrics and logs name it
PUBLIC_FOR_S = 1  # shared caches may answer for a second; then they ask with the ETag
CACHING = {"Cache-Control": f"public, max-age={PUBLIC_FOR_S}"}
EXPOSED = ("ETag", "Retry-After", "X-Request-ID")  # to scripts of other origins

Raw = list[tuple[bytes, bytes]]


def address(scope: Scope) -> bytes:
    """Return what a request asked for, as it stands in its first line."""
    return bytes(scope["raw_path"]) + b"?" + bytes(scope["query_string"])


class Hot:
    """Pure ASGI, in front of all other middleware."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        origins: Sequence[str] = (),
        hosts: Sequence[str] = (),
        is_secure: bool = False,
    ) -> None:
        """origins: of sites that may embed; hosts: names to answer for, empty: any; is_secure: as `Guard`."""
        self._app = app
        self._any_origin = "*" in origins
        self._origins = frozenset(origin.encode() for origin in origins)
        self._hosts = frozenset(host.encode() for host in hosts)
        fixed = Headers(HEADERS | CACHING | {"Vary": "Origin"}).raw
        strict = [*fixed, (b"strict-transport-security", HSTS.encode())]
        self._fixed = {"http": strict if is_secure else fixed, "https": strict}
        self._is_hit, self._took = metrics.answers("GET", PAGE, 200)
        self._is_unchanged, _ = metrics.answers("GET", PAGE, 304)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].endswith("/comments"):
            await self._app(scope, receive, send)
            return
        started_s = time.perf_counter()
        asked = self._asked(scope)
        pages: Pages = scope["app"].state.parts.pages
        found = pages.at(address(scope)) if asked is not None else None
        if asked is None or found is None:
            await self._app(scope, receive, send)
            return
        body, etag = found
        headers = [*asked[0], (b"etag", etag.encode()), (b"x-request-id", request_id(scope).encode())]
        if etag.encode() in asked[1]:
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body"})
            self._is_unchanged.inc()
        else:
            headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            self._is_hit.inc()
        self._took.observe(time.perf_counter() - started_s)

    def _asked(self, scope: Scope) -> tuple[Raw, bytes] | None:
        """Return (the answer's fixed headers, If-None-Match), or None for what others must look at."""
        headers, unless = self._fixed["https" if scope["scheme"] == "https" else "http"], b""
        for name, value in scope["headers"]:
            if name == b"authorization" or (name == b"host" and self._hosts and value not in self._hosts):
                return None
            if name == b"traceparent" and tracing.is_on():  # whoever asks wants to see it in their trace
                return None
            if name == b"if-none-match":
                unless = value
            elif name == b"origin":
                if self._any_origin:
                    return None
                headers = [*headers, *self._shared(value)]
        return headers, unless

    def _shared(self, origin: bytes) -> Raw:
        exposed = (b"access-control-expose-headers", ", ".join(EXPOSED).encode())
        return [exposed, (b"access-control-allow-origin", origin)] if origin in self._origins else [exposed]
