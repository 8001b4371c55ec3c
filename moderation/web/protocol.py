"""HTTP/1.1 with a deadline and a ceiling for what a client has not finished saying.

uvicorn ends a connection that is silent after an answer, but waits for ever for the first request, and
takes request lines and headers of any size. Here a request's head must be complete within HEAD_S and
HEAD_BYTES, and the rest of a body must go on arriving (`endpoint.read_body` has its own deadline).
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0  # a phone on a bad line needs two
HEAD_BYTES = 32 * 1024  # cookies and tokens of a page's other services included
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, patient but not for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._is_head = False
        self._told_bytes = 0  # of the head that is being read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_S, self.hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to no complete head yet; refuse what will not end."""
        self._head_bytes += len(data)
        super().data_received(data)
        # After an answer any byte ends uvicorn's own patience: a body that nobody read, a blank line.
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._deadline = self.loop.call_later(HEAD_S, self.hang_up)
        if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.hang_up()

    def on_message_begin(self) -> None:
        """A head begins, also the next one on the same connection."""
        super().on_message_begin()
        self._is_head = True
        self._told_bytes = 0
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_S, self.hang_up)

    def on_url(self, url: bytes) -> None:
        """Count a part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header; drop a trailer, which uvicorn would add to the head, behind the proxy's back."""
        if self._is_head:
            self._count(len(name) + len(value))
            super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:
        """Say what was wrong with the head."""
        if self._told_bytes <= HEAD_BYTES:
            super().send_400_response(msg)
        elif not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.hang_up()

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._is_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body, which is no head."""
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take note that a request is whole."""
        self._head_bytes = 0
        super().on_message_complete()

    def hang_up(self) -> None:
        """Close, after what was written."""
        self.transport.close()

    def _count(self, size: int) -> None:
        self._told_bytes += size
        if self._told_bytes > HEAD_BYTES:  # complete in one read, so nothing was waited for
            raise ValueError("the head is too large")

    def _stop_waiting(self) -> None:
        self._head_bytes = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
