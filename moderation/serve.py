"""Run the web process: bind, start everything, tell where it is, stop in good order."""

import asyncio
import functools
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import structlog
import uvicorn
from prometheus_client import multiprocess
from sqlalchemy.exc import SQLAlchemyError

from . import logs
from .actions import sessions
from .actions.parts import Parts
from .app import build, opened, redis_of, running
from .domain.errors import Refused
from .settings import Settings
from .store.writer import Writer
from .web.connection import CrowdProtocol
from .workers import CHECK_S, Beat, Workers

GRACE_S = 3  # what was accepted is finished in this time after a stop is asked for
CROWD = 20_000  # connections; an idle one holds about 8 KB here
OWN_FILES = 300  # the database's connections, Redis's, logs: what is not a client

Announce = Callable[[Parts, int], None]  # with the port that is listened on

log = structlog.get_logger()


class _Server(uvicorn.Server):
    """Stops in good order: streams first (they would never end by themselves), then what was accepted."""

    def __init__(self, config: uvicorn.Config, parts: Parts, announce: Announce) -> None:
        super().__init__(config)
        self._parts = parts
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            self._announce(self._parts, sockets[0].getsockname()[1])

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
        self._parts.follow.close()
        self.handle_exit(name, None)


def serve(settings: Settings) -> None:
    """Serve until stopped. Raises Refused when the port is taken or a part cannot start."""
    logs.configure()
    listener = _listen(settings)
    if settings.workers > 1:
        _serve_many(settings, listener)
        return

    def announce(parts: Parts, port: int) -> None:
        _announce(settings, parts.writer, port)

    _run(settings, listener, announce)


def _serve_many(settings: Settings, listener: socket.socket) -> None:
    with opened(settings):  # refused here, where a sentence can say why
        pass

    def announce() -> None:
        with opened(settings) as (_, writer):
            _announce(settings, writer, listener.getsockname()[1])

    with redis_of(settings) as redis_url, TemporaryDirectory(prefix="firstword-metrics-") as counted:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counted
        given = settings.model_copy(update={"redis_url": redis_url})
        serve_one = functools.partial(_serve_one, given, listener)
        # What a dead process measured of the present is over; what it counted stays.
        buried = multiprocess.mark_process_dead
        Workers(serve_one, settings.workers, ready=announce, buried=buried).run()


def _serve_one(settings: Settings, listener: socket.socket, beat: Beat) -> None:
    """Be one of several web processes."""
    logs.configure()

    async def go_on() -> None:
        beat()

    try:
        _run(settings, listener, lambda _, __: beat(), callback_notify=go_on, timeout_notify=CHECK_S / 2)
    except (Refused, SQLAlchemyError) as refusal:  # it is tried again
        log.error("worker_refused", reason=str(refusal).splitlines()[0])
        sys.exit(1)


def _run(settings: Settings, listener: socket.socket, announce: Announce, **more: Any) -> None:
    config = uvicorn.Config(build(settings), lifespan="off", **_options(settings), **more)

    async def run() -> None:
        async with running(settings) as parts:
            config.app.state.parts = parts  # type: ignore[union-attr]  # build() gave it
            await _Server(config, parts, announce).serve(sockets=[listener])

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())


def _options(settings: Settings) -> dict[str, Any]:
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


def _listen(settings: Settings) -> socket.socket:
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


def _announce(settings: Settings, writer: Writer, port: int) -> None:
    """Print the addresses and a one-time sign-in link, once requests are answered."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = settings.public_url or f"http://{host}:{port}"
    secret = sessions.make_sign_in_link(writer)
    sys.stdout.write(
        f"\n  Article   {base}/\n"
        f"  Console   {base}/moderation\n"
        f"  Sign in   http://127.0.0.1:{port}/moderation/sign-in?link={secret}\n"
        "            (once, within 15 minutes, on this machine)\n\n"
        "  Ctrl-C stops the service.\n\n"
    )
    sys.stdout.flush()
