"""Where the protocol meets HTTP: any prefix, any content type, whatever parameters Google's clients send.

Pure ASGI in front of the routes: a router would not know where `/v1alpha1` begins, and all that a scorer is
asked is for one address.
"""

import gzip
import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import orjson
import structlog
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ...actions.api_keys import Key
from ...actions.programs import Programs
from ...domain.errors import Away, Forbidden, Refused, TooMany, Unauthenticated
from ..endpoint import read_body
from ..errors import TooLarge, TooSlow
from ..identity import bearer
from . import analysis, faults, suggestion
from .discovery import document
from .faults import Fault
from .wire import parse

PATH = re.compile(r"(?P<prefix>.*)/(?:v1alpha1/comments:(?P<call>analyze|suggestscore)|\$discovery/rest)")
# As metrics and logs name it; what people put before it is theirs.
_ROUTES = {
    "analyze": SimpleNamespace(path="/v1alpha1/comments:analyze"),
    "suggestscore": SimpleNamespace(path="/v1alpha1/comments:suggestscore"),
    None: SimpleNamespace(path="/$discovery/rest"),
}
_METERED = {
    "analyze": ("analyze_requests", "Analysis requests (AnalyzeComment)"),
    "suggestscore": ("suggest_requests", "Suggest score requests (SuggestCommentScore)"),
}
LONG = 4096  # bytes of a body from which its answer takes milliseconds, in which nobody else is answered
ZIPPED = 1024  # bytes of an answer from which packing it is worth the time

_TAKEN = b"Authorization, Content-Type, X-Goog-Api-Key, X-Goog-Api-Client, X-Requested-With"
# A key is what admits, not where a page came from: pages of any origin may ask.
_SHARED = [(b"access-control-allow-origin", b"*"), (b"vary", b"Accept-Encoding")]
_PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", _TAKEN),
    (b"access-control-max-age", b"86400"),
]

Body = Mapping[str, Any]

log = structlog.get_logger()


class Perspective:
    """Answers what is the protocol's; everything else passes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTES[found["call"]]
        if scope["method"] == "OPTIONS":
            await _send(send, 204, b"", _PREFLIGHT)
            return
        request = Request(scope, receive)
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        headers: list[tuple[bytes, bytes]] = []
        try:
            status, body = 200, await _answer(request, asked, found["call"], found["prefix"])
        except Fault as fault:
            status, body = fault.code, fault.body
            if fault.retry_after_s:
                headers.append((b"retry-after", str(fault.retry_after_s).encode()))
        headers.append((b"content-type", b"application/json; charset=UTF-8"))
        is_pretty = asked.get("prettyPrint", "true") != "false"
        shown = orjson.dumps(body, option=orjson.OPT_INDENT_2 if is_pretty else None)
        if len(shown) >= ZIPPED and "gzip" in request.headers.get("accept-encoding", ""):
            shown = gzip.compress(shown, 1)
            headers.append((b"content-encoding", b"gzip"))
        await _send(send, status, shown, headers)


async def _answer(request: Request, asked: Mapping[str, str], call: str | None, prefix: str) -> Body:
    """Return what is answered. Raises Fault."""
    if request.method != ("GET" if call is None else "POST"):
        raise Fault("Method not allowed.", code=405, status="UNIMPLEMENTED")
    programs: Programs = request.app.state.parts.programs
    secret = asked.get("key") or request.headers.get("x-goog-api-key") or bearer(request)
    try:
        if call is None:
            if secret and programs.keys is not None:  # without one it is for everybody, a wrong one is told
                await programs.keys.get(secret)
            return document(f"{request.url.scheme}://{request.url.netloc}{prefix}/")
        key = await _admitted(programs, secret, call)
        raw = await read_body(request)
        if call == "analyze":
            model = programs.model()
            if len(raw) < LONG:
                return analysis.answer(model, parse(raw))
            return await run_in_threadpool(lambda: analysis.answer(model, parse(raw)))
        found = suggestion.suggested(programs.model(), parse(raw))
        await programs.keep(
            key, community=found.community, text=found.text, scores=found.scores, languages=found.languages
        )
        return found.answer
    except Refused as refusal:
        raise _as_fault(refusal) from None
    except OperationalError as error:
        log.error("database_away", error=type(error).__name__)
        raise _as_fault(Away("The database cannot be reached; try again in a moment.")) from None


async def _admitted(programs: Programs, secret: str | None, call: str) -> Key | None:
    if not secret and programs.keys is not None:
        raise faults.no_key()
    try:
        return await programs.admit(secret or "")
    except TooMany as refusal:
        metric, title = _METERED[call]
        raise faults.over_quota(metric, title, retry_after_s=refusal.retry_after_s) from None


def _as_fault(refusal: Refused) -> Fault:
    if isinstance(refusal, Unauthenticated):
        return faults.wrong_key()
    if isinstance(refusal, Forbidden):
        return faults.not_allowed()
    if isinstance(refusal, Away):
        wait_s = refusal.retry_after_s
        return Fault(refusal.detail, code=503, status="UNAVAILABLE", retry_after_s=wait_s)
    code = 413 if isinstance(refusal, TooLarge) else 408 if isinstance(refusal, TooSlow) else 400
    return faults.of_payload(refusal.detail, code=code)


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *_SHARED, *length]})
    await send({"type": "http.response.body", "body": body})
