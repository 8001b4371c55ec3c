"""What runs beside the requests, for as long as the service does."""

import asyncio
from contextlib import AsyncExitStack, suppress

import structlog
from starlette.concurrency import run_in_threadpool

from .actions import measures
from .actions.parts import Parts
from .domain.errors import Away
from .live.bus import RESYNC

CANCEL_AGAIN_S = 0.5
USED_EVERY_S = 10.0
CHAMPION_EVERY_S = 1.0  # promised: every process answers with a promoted model within 5 s

log = structlog.get_logger()


async def start_tasks(stack: AsyncExitStack, parts: Parts) -> None:
    """Begin what runs beside the requests; it ends with the stack."""
    tasks = [
        asyncio.create_task(parts.follow.run(), name="follow"),
        asyncio.create_task(_listen(parts), name="bus"),
        asyncio.create_task(_keep_champion(parts), name="champion"),
        asyncio.create_task(_keep_used(parts), name="used"),
    ]

    async def end() -> None:
        parts.follow.close()
        pending = set(tasks)
        while pending:  # one that meets the bus while it connects gets lost now and then: ask again
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)

    stack.push_async_callback(end)


async def _listen(parts: Parts) -> None:
    async for poke in parts.bus.listen():
        if poke is RESYNC:
            continue  # versions are compared with SQL every second anyway
        parts.pages.tell(poke.article, poke.version)
        parts.follow.poke([poke.article])


async def _keep_used(parts: Parts) -> None:
    while True:
        try:
            await asyncio.sleep(USED_EVERY_S)
        finally:  # also when it ends
            with suppress(Away):  # the database is: counts of some seconds are lost
                await run_in_threadpool(parts.programs.keep_used)


async def _keep_champion(parts: Parts) -> None:
    while True:
        await asyncio.sleep(CHAMPION_EVERY_S)
        measures.WRITER_WAITING.set(parts.writer.depth())
        try:
            if await run_in_threadpool(parts.scoring.refresh):
                parts.pages.forget_names()
                parts.pages.forget()
        except Exception as error:  # the model in memory goes on; readiness tells of the database
            log.error("champion_unknown", error=type(error).__name__, exc_info=error)
