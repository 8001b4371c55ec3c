"""Readers' sessions: an anonymous name and the token that proves it."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ..actions import own, person, sessions
from ..actions.admission import limit_posts
from ..actions.signed import NOBODY
from ..domain.errors import Missing
from .cookies import drop_cookie, set_cookie
from .endpoint import Call
from .identity import READER_COOKIE, READER_COOKIE_S
from .json import JsonResponse
from .threads import run_waiting


async def start(call: Call) -> Response:
    """POST /session: a token for the widget to keep, and the cookie for pages of our own origin."""
    await limit_posts(call.parts, None, call.address, act="session")
    writer, site_id, name = call.parts.writer, call.query.site, call.body.name
    reader = await sessions.start_reader(writer, site_id=site_id, name=name)
    token = call.parts.signing.reader_token(reader.person_id)
    response = JsonResponse({"token": token, "reader": {"id": reader.person_id, "name": reader.name}}, 201)
    if not call.request.app.state.origins.is_foreign(call.request):  # those keep the token themselves
        set_cookie(response, call.request, READER_COOKIE, token, READER_COOKIE_S)
    return response


async def export(call: Call) -> Response:
    """GET /me/export: everything that is kept of this reader."""
    await limit_posts(call.parts, call.known.person_id, call.address, act="export")
    kept = await run_in_threadpool(person.export, call.parts.database, call.known.person_id)
    named = {"Content-Disposition": 'attachment; filename="my-comments.json"', "Cache-Control": "no-store"}
    return JsonResponse(kept, headers=named)


async def erase(call: Call) -> Response:
    """DELETE /me: every comment is withdrawn and emptied; the reader's token means nobody any more."""
    await limit_posts(call.parts, call.known.person_id, call.address, act="erase")
    await run_waiting(person.erase, call.parts.database, call.parts.writer, call.known.person_id)
    call.parts.signed_in.forget(call.known.person_id)
    response = Response(status_code=204)
    drop_cookie(response, call.request, READER_COOKIE)
    return response


async def me(call: Call) -> Response:
    """GET /me: who the server takes this browser for; somebody unknown is nobody, not an error."""
    reader = call.person
    found: dict[str, Any] = {"id": None, "name": None, "role": "reader", "signed_in": False}
    found |= _counts(own.Known(""))
    if reader is not None and reader.person_id == NOBODY:
        found |= {"name": reader.name, "role": reader.role, "signed_in": True}
    elif reader is not None:
        try:
            known = await run_in_threadpool(own.reader, call.parts, reader.person_id)
        except Missing:
            known = own.Known(reader.name)
        found |= {"id": reader.person_id, "role": reader.role, "signed_in": reader.is_vouched}
        found |= {"name": known.name or None} | _counts(known)
    return JsonResponse(found, headers={"Cache-Control": "no-store"})


def _counts(known: own.Known) -> dict[str, int]:
    return {"mute_count": known.mute_count, "unread_replies": known.unread_replies}
