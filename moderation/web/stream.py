"""Server-sent events of an article: ids and counts; the page fetches what it wants to show."""

import asyncio
import secrets
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from ..actions.follow import Change, Follow
from ..domain import content
from ..domain.errors import Field, Invalid
from .endpoint import Call
from .json import encode

RETRY_MS = 2000
SPREAD_MS = 3000  # over which those come back who were sent away at once
BEAT_S = 15.0  # proxies cut a silent connection after 30 to 60 seconds


async def events(call: Call) -> Response:
    """GET /articles/{article_id}/events. The id of an event is the article's version after it."""
    key = content.checked_article_key(call.path("article_id"))
    call.parts.scoring.bench(call.query.site)
    after = _last_event_id(call)
    taker = call.parts.follow.admit(call.address)
    return StreamingResponse(
        _stream(call.parts.follow, call.query.site, key, after, taker),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _last_event_id(call: Call) -> int | None:
    raw = call.request.headers.get("last-event-id")
    if raw is None:
        found: int | None = call.query.last_event_id
        return found
    if not raw.isascii() or not raw.isdigit() or len(raw) > 18:
        detail = "The Last-Event-ID is not one of ours."
        raise Invalid(detail, [Field("Last-Event-ID", detail)])
    return int(raw)


async def _stream(
    follow: Follow, site_id: str, key: str, after: int | None, taker: str
) -> AsyncIterator[bytes]:
    async with follow.subscribe(site_id, key, after, taker) as (missed, reached, subscription):
        yield b"retry: %d\n\n" % RETRY_MS
        if missed is None:
            yield _event("reset", {"version": reached}, reached)
        sent = reached if missed is None or after is None else after
        for each in missed or ():
            yield _told(each)
            sent = each.version
        while True:
            try:
                async with asyncio.timeout(BEAT_S):
                    change = await subscription.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if change is None:
                yield b"retry: %d\n\n" % _soon_ms()
                return
            if change.version > sent:
                yield _told(change)
                sent = change.version


def _soon_ms() -> int:
    return RETRY_MS + secrets.randbelow(SPREAD_MS)


def _told(change: Change) -> bytes:
    counts: dict[str, object] = {"comment_count": change.comment_count, "version": change.version}
    if change.kind == "counts":
        return _event("counts", counts, change.version)
    told = {
        "id": change.comment_id,
        "parent_id": change.parent_id,
        "version": change.version,
        "comment_count": change.comment_count,
    }
    # The counts follow without an id of their own: they belong to the change before them.
    return _event(change.kind, told, change.version) + _event("counts", counts)


def _event(name: str, data: dict[str, object], event_id: int | None = None) -> bytes:
    head = b"" if event_id is None else b"id: %d\n" % event_id
    return head + b"event: %s\ndata: %s\n\n" % (name.encode(), encode(data))
