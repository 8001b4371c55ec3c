"""What a connection may cost, whoever is at its other end.

`protocol` bounds what a client has not finished saying. Here is bounded how many connections there are, what
their clients leave unread and for how long, and how long one outlives a stop. Counted in one process.
"""

import asyncio
import socket
from typing import Any, ClassVar

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from . import metrics
from .errors import problem
from .protocol import PatientProtocol

READ_S = 10.0  # for a pause of the line; on top comes the time that what is unread may take:
SLOWEST = 16 * 1024  # bytes a second; a quarter of what a phone has on the edge of a network
UNREAD_BYTES = 128 * 1024 * 1024  # of all clients together, an answer that two wait for counted twice
SILENT_MS = 30_000  # the system gives up on who acknowledges nothing or takes nothing
STOP_S = 1.5  # for clients; what the service itself still works on may take longer

_IS_TIMED = hasattr(socket, "TCP_USER_TIMEOUT")  # Linux


class _Unread:
    """How much lies unread, by connection; the one that waits longest comes first."""

    def __init__(self) -> None:
        self._sizes: dict[CrowdProtocol, int] = {}
        self._total = 0

    def add(self, connection: "CrowdProtocol", size: int) -> None:
        self.drop(connection)
        self._sizes[connection] = size
        self._total += size

    def drop(self, connection: "CrowdProtocol") -> None:
        self._total -= self._sizes.pop(connection, 0)

    def surplus(self) -> "CrowdProtocol | None":
        """Return who has to go, if it is too much."""
        return next(iter(self._sizes)) if self._total > UNREAD_BYTES else None


class CrowdProtocol(PatientProtocol):
    """uvicorn's `limit_concurrency` is the most connections here; those that asked nothing yet make room."""

    _unread: ClassVar[_Unread] = _Unread()
    _silent: ClassVar[dict["CrowdProtocol", None]] = {}  # the longest first

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # uvicorn would refuse requests on connections that are there, instead of connections.
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._is_refused = False
        self._running: RequestResponseCycle | None = None  # uvicorn's `cycle` is the last of a pipeline
        self._cut: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection; over the most there may be, one that is silent goes, else this one."""
        super().connection_made(transport)
        if _IS_TIMED:
            line = transport.get_extra_info("socket")
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_MS)
        if self._most is not None and len(self.connections) > self._most:
            self._is_refused = not self._make_room()
        self._silent[self] = None
        metrics.CONNECTIONS.inc()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell every request of the connection, also those that stand before the last one."""
        super().connection_lost(exc)
        metrics.CONNECTIONS.dec()
        self._silent.pop(self, None)
        self._keep()
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def on_headers_complete(self) -> None:
        """Take a request; none can follow a stream, which has no end."""
        self._silent.pop(self, None)
        super().on_headers_complete()
        if self.pipeline and self._running is not None and _is_stream(self._running.scope):
            self.hang_up()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the client to read the rest."""
        super().on_response_complete()
        if self.transport.is_closing():
            self.hang_up()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        super().pause_writing()
        size = self.transport.get_write_buffer_size()
        self._cut_after(size)
        self._unread.add(self, size)
        while surplus := self._unread.surplus():
            surplus.cut()

    def resume_writing(self) -> None:
        """Stop waiting: it reads."""
        super().resume_writing()
        self._unread.drop(self)
        if not self.transport.is_closing():
            self._keep()

    def timeout_keep_alive_handler(self) -> None:
        """Close: no further request came."""
        self.hang_up()

    def hang_up(self) -> None:
        """Close, once the client has read what is left; not to read does not keep it open."""
        super().hang_up()
        if self._cut is None:
            self._cut_after(self.transport.get_write_buffer_size())

    def cut(self) -> None:
        """Drop the connection and what its client has not read."""
        metrics.DROPPED.labels("unread").inc()
        self._unread.drop(self)
        self.loop.call_soon(self.transport.abort)  # not amid the write that told of it

    def send_400_response(self, msg: str) -> None:
        """Count what was no request."""
        metrics.DROPPED.labels("malformed").inc()
        super().send_400_response(msg)

    def shutdown(self) -> None:
        """Hear that the service stops: what was accepted is finished, but nobody is waited for."""
        super().shutdown()
        self.loop.call_later(STOP_S, self._abandon)

    def _abandon(self) -> None:
        cycle = self._running
        is_ours = cycle is not None and not (cycle.more_body or cycle.response_complete)
        if not is_ours or self.flow.write_paused:
            self.transport.abort()

    def _make_room(self) -> bool:
        for longest in self._silent:
            metrics.DROPPED.labels("silent").inc()
            del self._silent[longest]
            longest.transport.abort()
            return True
        metrics.DROPPED.labels("too_many").inc()
        return False

    def _cut_after(self, size: int) -> None:
        self._keep()
        self._cut = self.loop.call_later(READ_S + size / SLOWEST, self.cut)

    def _keep(self) -> None:
        self._unread.drop(self)
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        refusal: Any = _too_many
        super()._start_asgi_task(cycle, refusal if self._is_refused else app)


def _is_stream(scope: Any) -> bool:
    return scope["method"] == "GET" and bool(scope["path"].endswith("/events"))


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"Retry-After": "1", "Connection": "close"}
    answer = problem(503, "Too many connections are open; try again in a moment.", headers=headers)
    await answer(scope, receive, send)
