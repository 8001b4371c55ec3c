"""Run the web process: bind, start everything, tell where it is, stop in good order."""

import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette

from .actions import sessions
from .app import build, redis_of
from .domain.errors import Refused
from .settings import Settings, load

GRACE_S = 4  # what was accepted is finished in this time after a stop is asked for


def configure_logs() -> None:
    """Write one JSON line an event to stderr; texts and tokens never get this far."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


class _Server(uvicorn.Server):
    """Ends the event streams when a stop is asked for: they would never end by themselves."""

    def __init__(
        self, config: uvicorn.Config, app: Starlette, started: Callable[[Starlette, int], None]
    ) -> None:
        super().__init__(config)
        self._app = app
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            self._announce(self._app, sockets[0].getsockname()[1])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if parts := getattr(self._app.state, "parts", None):
            parts.follow.close()
        super().handle_exit(sig, frame)


def serve(settings: Settings) -> None:
    """Serve until stopped. Raises Refused when the port is taken or a part cannot start."""
    configure_logs()
    if settings.workers > 1:
        _serve_many(settings)
        return
    app = build(settings)
    listener = _listen(settings)
    server = _Server(_config(settings, app), app, _announce(settings))
    with suppress(KeyboardInterrupt):  # Ctrl-C is how a service in the foreground is meant to end
        server.run(sockets=[listener])
    if not server.started:
        raise Refused("The service did not start; the log above says why.")


def _serve_many(settings: Settings) -> None:
    with redis_of(settings) as redis_url:
        os.environ["FIRSTWORD_REDIS_URL"] = redis_url
        uvicorn.run(
            "moderation.serve:from_environment",
            factory=True,
            workers=settings.workers,
            host=settings.host,
            port=settings.port,
            **_options(settings),
        )


def from_environment() -> Starlette:
    """Build the application of one of several processes."""
    configure_logs()
    return build(load())


def _config(settings: Settings, app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(app, **_options(settings))


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": list(settings.trusted_proxies),
        "timeout_graceful_shutdown": GRACE_S,
        "lifespan": "on",
    }


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


def _announce(settings: Settings) -> Callable[[Starlette, int], None]:
    """Print the addresses and a one-time sign-in link, once requests are answered."""

    def tell(app: Starlette, port: int) -> None:
        parts = app.state.parts
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        base = settings.public_url or f"http://{host}:{port}"
        secret = sessions.make_sign_in_link(parts.writer)
        sys.stdout.write(
            f"\n  Article   {base}/\n"
            f"  Console   {base}/moderation\n"
            f"  Sign in   http://127.0.0.1:{port}/moderation/sign-in?link={secret}\n"
            "            (once, within 15 minutes, on this machine)\n\n"
            "  Ctrl-C stops the service.\n\n"
        )
        sys.stdout.flush()

    return tell
