"""A bad line: a TCP proxy that is slow, breaks off, or swallows everything, when a test says so."""

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

CHUNK = 64 * 1024
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets the connection

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Listens on a port of its own and passes on, until told otherwise.

    latency_s: how long each piece waits, either way.
    """

    def __init__(self, upstream: Callable[[], Awaitable[Stream]]) -> None:
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._passes = asyncio.Event()
        self.latency_s = 0.0
        self.port = 0

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        """Listen for the length of the context."""
        self._thread.start()
        self._do(self._listen())
        try:
            yield self
        finally:
            self._do(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    @property
    def connections(self) -> int:
        """Count the ends of open connections."""
        return len(self._open)

    def reset(self) -> None:
        """Break every open connection, as a restarted firewall does."""
        self._do(self._reset())

    @contextmanager
    def slow(self, latency_s: float) -> Iterator[None]:
        """Let each piece wait."""
        self.latency_s = latency_s
        try:
            yield
        finally:
            self.latency_s = 0.0

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Take everything and pass nothing on; afterwards all of it."""
        self._loop.call_soon_threadsafe(self._passes.clear)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._passes.set)

    def _do(self, work: Awaitable[None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        self._passes.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        self._passes.set()
        await self._reset()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _reset(self) -> None:
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self._open.add(writer)
        try:
            with suppress(OSError):  # whoever is gone: the other side is told by the end of its connection
                await self._passes.wait()
                upstream, onward = await self._upstream()
                self._open.add(onward)
                try:
                    await asyncio.gather(self._pass_on(reader, onward), self._pass_on(upstream, writer))
                finally:
                    self._open.discard(onward)
                    onward.transport.abort()
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(CHUNK):
            await asyncio.sleep(self.latency_s)
            await self._passes.wait()
            writer.write(piece)
            await writer.drain()
        writer.transport.abort()
