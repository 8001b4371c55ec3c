"""Whom a reader mutes: the list, and the two moves."""

from starlette.responses import Response

from ..actions import mute
from . import shapes
from .comments import read_id
from .endpoint import Call
from .json import JsonResponse

NO_STORE = {"Cache-Control": "no-store"}


def show(call: Call) -> Response:
    """GET /me/mutes."""
    rows = mute.muted(call.parts.database, call.known.person_id)
    items = [
        {"author": {"id": row.muted_id, "name": row.name}, "muted_at": shapes.moment(row.created_at_ms)}
        for row in rows
    ]
    return JsonResponse({"items": items}, headers=NO_STORE)


async def put(call: Call) -> Response:
    """PUT /me/mutes/{author_id}."""
    await mute.mute(call.parts, call.known, read_id(call.path("author_id")), call.address)
    return Response(status_code=204)


async def drop(call: Call) -> Response:
    """DELETE /me/mutes/{author_id}."""
    await mute.unmute(call.parts, call.known, read_id(call.path("author_id")), call.address)
    return Response(status_code=204)
