"""Replies to oneself over HTTP: the list, what was seen, and the private feed."""

from typing import Any

from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..actions import replies
from ..actions.parts import Parts
from . import cursors, own_shapes, shapes
from .endpoint import Call
from .feeds import atom
from .json import JsonResponse

NEWEST = 50
NO_STORE = {"Cache-Control": "no-store"}


def show(call: Call) -> Response:
    """GET /me/replies."""
    after = cursors.read(call.query.cursor)
    found = replies.to_me(
        call.parts.database,
        call.known.person_id,
        after_id=after.id if after else None,
        limit=call.query.limit,
    )
    return JsonResponse(
        {
            "items": [_reply(row) for row in found.rows],
            "unread": found.unread,
            "feed_since": shapes.moment(found.feed_since_ms) if found.feed_since_ms else None,
            "sends_email": call.parts.post is not None,
            "email": _address(found.address),
            "next_cursor": cursors.write(found.next_id),
        },
        headers=NO_STORE,
    )


async def mark_read(call: Call) -> Response:
    """POST /me/replies:read."""
    await replies.mark_read(call.parts, call.known, call.body.ids)
    return Response(status_code=204)


async def open_feed(call: Call) -> Response:
    """POST /me/replies/feed."""
    secret = await replies.open_feed(call.parts, call.known, call.address)
    base = call.request.app.state.origins.own or str(call.request.base_url).rstrip("/")
    return JsonResponse({"url": f"{base}/replies/{secret}.atom"}, 201, NO_STORE)


async def close_feed(call: Call) -> Response:
    """DELETE /me/replies/feed."""
    await replies.close_feed(call.parts, call.known)
    return Response(status_code=204)


async def feed(request: Request) -> Response:
    """GET /replies/{secret}.atom. Raises Missing."""
    parts: Parts = request.app.state.parts
    owner, rows = await run_in_threadpool(replies.feed, parts.database, request.path_params["secret"], NEWEST)
    # Named by whose it is, not by its address: that is a secret, and may change.
    own = f"urn:uuid:{owner.id}"
    return atom(request, "Replies to {title}", owner.name, rows, own=own, headers=NO_STORE)


def _address(row: Row[Any] | None) -> own_shapes.MyAddress | None:
    return {"address": row.email, "is_confirmed": row.confirmed_at_ms is not None} if row else None


def _reply(row: Row[Any]) -> dict[str, Any]:
    article = {"id": row.article_key, "title": row.article_title, "url": row.article_url}
    return {**shapes.comment(row), "article": article, "is_read": row.read_at_ms is not None}
