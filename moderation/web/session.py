"""Readers' sessions: an anonymous name and the token that proves it."""

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ..actions import own, sessions
from ..actions.admission import limit_posts
from ..domain.errors import Missing
from .cookies import set_cookie
from .endpoint import Call
from .identity import READER_COOKIE, READER_COOKIE_S
from .json import JsonResponse


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


async def me(call: Call) -> Response:
    """GET /me: who the server takes this browser for; somebody unknown is nobody, not an error."""
    person = call.person
    found = {"id": None, "name": None, "role": "reader"}
    if person is not None:
        try:
            name = (await run_in_threadpool(own.reader, call.parts, person.person_id)).name
        except Missing:
            name = person.name or None
        found = {"id": person.person_id, "name": name, "role": person.role}
    return JsonResponse(found, headers={"Cache-Control": "no-store"})
