"""Replies by e-mail over HTTP: asking for them, and the pages that a letter's links open."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from ..actions import mailing
from ..actions.parts import Parts
from ..domain.errors import Missing
from .console import templates
from .endpoint import Call
from .threads import run_waiting

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}  # the address is a secret


async def ask(call: Call) -> Response:
    """PUT /me/replies/email."""
    await mailing.ask(call.parts, call.known, call.body.email, call.address)
    return Response(status_code=202)


async def stop(call: Call) -> Response:
    """DELETE /me/replies/email."""
    await mailing.stop(call.parts, call.known)
    return Response(status_code=204)


async def confirm(request: Request) -> Response:
    """GET and POST /replies/confirm/{token}."""
    return await _page(request, mailing.confirm, "confirm")


async def unsubscribe(request: Request) -> Response:
    """GET and POST /replies/unsubscribe/{token}; the POST is also RFC 8058's single click."""
    return await _page(request, mailing.unsubscribe, "unsubscribe")


async def _page(request: Request, act: Callable[[Parts, str], None], kind: str) -> Response:
    parts: Parts = request.app.state.parts
    is_done = request.method == "POST"
    try:
        await run_waiting(act if is_done else mailing.check, parts, request.path_params["token"])
    except Missing as refusal:
        values = {"kind": kind, "error": refusal.detail}
        return templates.TemplateResponse(request, "letter.html", values, status_code=404, headers=HEADERS)
    shown = {"kind": kind, "is_done": is_done}
    return templates.TemplateResponse(request, "letter.html", shown, headers=HEADERS)
