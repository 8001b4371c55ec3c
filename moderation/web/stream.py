"""Server-sent events of an article: ids and counts; the page fetches what it wants to show."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..actions.follow import Change, Follow
from ..domain import content
from ..domain.errors import Field, Invalid
from .endpoint import Call
from .json import encode

RETRY_MS = 2000
SPREAD_MS = 3000  # over which those come back who were sent away at once
BEAT_S = 15.0  # proxies cut a silent connection after 30 to 60 seconds


class EventStream(Response):
    """Pass on what a generator yields until it ends, or the client is gone.

    Starlette's StreamingResponse does so with a task more and a group of tasks: 6 KB a stream.
    """

    media_type = "text/event-stream"

    def __init__(self, told: AsyncGenerator[bytes, None]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        watcher = asyncio.create_task(_watch(receive, asyncio.current_task()))
        try:
            async with aclosing(self._told):
                if scope["method"] != "HEAD":
                    await self._tell(send)
            await send({"type": "http.response.body", "body": b""})
        except asyncio.CancelledError:
            if not watcher.done():
                raise  # not because the client is gone
        finally:
            watcher.cancel()

    async def _tell(self, send: Send) -> None:
        async for piece in self._told:
            await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _watch(receive: Receive, teller: "asyncio.Task[Any] | None") -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # a body, which nobody asked for
    if teller is not None:
        teller.cancel()


async def events(call: Call) -> Response:
    """GET /articles/{article_id}/events. The id of an event is the article's version after it."""
    key = content.checked_article_key(call.path("article_id"))
    call.parts.scoring.bench(call.query.site)
    after = _last_event_id(call)
    taker = call.parts.follow.admit(call.address)
    return EventStream(_stream(call.parts.follow, call.query.site, key, after, taker))


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
) -> AsyncGenerator[bytes, None]:
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
