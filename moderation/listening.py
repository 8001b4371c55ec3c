"""How uvicorn is run by whatever listens: its bounds, its signals, and where it binds."""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from .domain.errors import Refused
from .settings import Settings
from .web.connection import CrowdProtocol

GRACE_S = 3  # what was accepted is finished in this time after a stop is asked for
CROWD = 20_000  # connections; an idle one holds about 8 KB here
OWN_FILES = 300  # the database's connections, Redis's, logs: what is not a client


class Server(uvicorn.Server):
    """Stops in good order: what would never end by itself first, then what was accepted."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        announce: Callable[[int], None],
        closing: Callable[[], None] = lambda: None,
    ) -> None:
        """announce: called with the port once it is listened on; closing: called when a stop is asked for."""
        super().__init__(config)
        self._announce = announce
        self._closing = closing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started and sockets:
            self._announce(sockets[0].getsockname()[1])

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear of Ctrl-C on the event loop; uvicorn's own way would raise it again after the stop."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._stop, name)
        yield
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)

    def _stop(self, name: int) -> None:
        self._closing()
        self.handle_exit(name, None)


def options(settings: Settings) -> dict[str, Any]:
    """Return what uvicorn is told."""
    return {
        "http": CrowdProtocol,
        "ws": "none",  # we have no use for it, and its protocol knows none of our deadlines
        "limit_concurrency": _connections(settings),
        "log_config": None,  # uvicorn's lines come out as ours do
        "log_level": "error",  # it warns of each line of nonsense; those are counted
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": list(settings.trusted_proxies),
        "timeout_graceful_shutdown": GRACE_S,
    }


def _connections(settings: Settings) -> int:
    """Return how many clients may be connected at once; raise the file limit as far as that needs.

    Raises Refused if the system allows fewer than are asked for.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = (settings.connections or CROWD) + OWN_FILES
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if settings.connections and most < files:
        raise Refused(f"FIRSTWORD_CONNECTIONS: {files} files would be needed, and {hard} may be open.")
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return settings.connections or max(most - OWN_FILES, most // 2)


def listen(settings: Settings) -> socket.socket:
    """Bind. Raises Refused when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise Refused(f"{where} cannot be listened on: {error.strerror}; set FIRSTWORD_PORT.") from error
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener
