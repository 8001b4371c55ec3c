"""Send what the grammar makes over a few connections, and note every answer that no client should get."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.grammar import Grammar, Request

CONNECTIONS = 8
PATIENCE_S = 30.0  # longer than the service waits for a body
KNOWN = re.compile(rb'"(id|token|next_cursor)":"([^"]{1,100})"')


@dataclass(slots=True)
class Report:
    """What was answered. strange: what should not have been, with the request that brought it about."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    strange: list[tuple[Request, bytes]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Count the answers."""
        return self.answers.total()


async def fuzz(port: int, tokens: list[str], *, seed: int, requests: int, within_s: float) -> Report:
    """Send requests until there were so many, or the time is over."""
    report = Report()
    ends_s = time.monotonic() + within_s

    async def go_on(number: int) -> None:
        grammar = Grammar(seed + number, tokens)
        client = _Client(port)
        while report.count < requests and time.monotonic() < ends_s:
            request = grammar.request()
            status, body = await client.ask(request)
            report.answers[request.name, status] += 1
            if status >= 500 or status == _Client.SILENCE:
                report.strange.append((request, body))
            for kind, value in KNOWN.findall(body[:20_000])[:20]:
                grammar.learn(kind.decode(), value.decode())
        client.close()

    await asyncio.gather(*(go_on(number) for number in range(CONNECTIONS)))
    return report


class _Client:
    """One connection, opened again where the service closes it."""

    CLOSED, SILENCE = 0, -1  # instead of a status: closed without an answer, and neither closed nor answered

    def __init__(self, port: int) -> None:
        self._port = port
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._exchange(request)
        except TimeoutError:
            self.close()
            return self.SILENCE, b""
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return self.CLOSED, b""

    def close(self) -> None:
        """Close the connection."""
        if self._line is not None:
            self._line[1].transport.abort()
            self._line = None

    async def _exchange(self, request: Request) -> tuple[int, bytes]:
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        reader, writer = self._line
        writer.write(request.said)
        if not request.is_whole:
            writer.write_eof()
        head = b"http/1.1 100"
        while head.startswith(b"http/1.1 100"):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        is_stream = b"text/event-stream" in head
        body = b"" if is_stream else await self._body(reader, head, request.method, status)
        if is_stream or not request.is_whole or b"\r\nconnection: close" in head:
            self.close()
        return status, body

    async def _body(self, reader: asyncio.StreamReader, head: bytes, method: str, status: int) -> bytes:
        if method == "HEAD" or status in {204, 304}:
            return b""
        if found := re.search(rb"\r\ncontent-length: (\d+)", head):
            return await reader.readexactly(int(found[1]))
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
        return body
