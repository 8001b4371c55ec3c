"""Run the relay without a web process, beside web processes on PostgreSQL and Redis."""

import asyncio
import signal

import structlog

from . import logs
from .app import running
from .domain.errors import Invalid
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
    async with running(settings):
        log.info("worker_started")
        await stopped.wait()
