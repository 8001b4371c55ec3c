"""Run the web process: bind, start everything, tell where it is, stop in good order."""

import asyncio
import functools
import os
import socket
import sys
from collections.abc import Callable
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
from .listening import Server, listen, options
from .settings import Settings
from .store.writer import Writer
from .workers import CHECK_S, Beat, Workers

Announce = Callable[[Parts, int], None]  # with the port that is listened on

log = structlog.get_logger()


def serve(settings: Settings) -> None:
    """Serve until stopped. Raises Refused when the port is taken or a part cannot start."""
    logs.configure()
    listener = listen(settings)
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
    config = uvicorn.Config(build(settings), lifespan="off", **options(settings), **more)

    async def run() -> None:
        async with running(settings) as parts:
            config.app.state.parts = parts  # type: ignore[union-attr]  # build() gave it
            server = Server(config, announce=lambda port: announce(parts, port), closing=parts.follow.close)
            await server.serve(sockets=[listener])

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())


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
