"""Run the relay without a web process, beside web processes on PostgreSQL and Redis."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import start_http_server

from . import logs
from .actions import measures
from .app import running
from .domain.errors import Invalid, Refused
from .settings import Settings

log = structlog.get_logger()


def work(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C. Raises Invalid for the embedded form, which relays by itself."""
    if settings.is_embedded_database or not settings.redis_url:
        raise Invalid(
            "A worker needs FIRSTWORD_DATABASE_URL (PostgreSQL) and FIRSTWORD_REDIS_URL; "
            "the embedded service does this work itself."
        )
    logs.configure()
    asyncio.run(_until_stopped(settings))


async def _until_stopped(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    with _metrics(settings):
        async with running(settings):
            log.info("worker_started")
            await stopped.wait()


@contextmanager
def _metrics(settings: Settings) -> Iterator[None]:
    """Give what this process counts to whoever asks on the worker's port, if it has one."""
    if settings.worker_port is None:
        yield
        return
    try:
        server, thread = start_http_server(settings.worker_port, settings.host, measures.REGISTRY)
    except OSError as error:
        where = f"{settings.host}:{settings.worker_port}"
        raise Refused(
            f"{where} cannot be listened on: {error.strerror}; set FIRSTWORD_WORKER_PORT."
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
