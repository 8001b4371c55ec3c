"""Follow an article: every public change in order, none missed, none twice.

The truth is the outbox: a change's id is the version it gave its article, without gaps. A poke
("article X reached version n") comes from this process's commits or over the bus; a poke may be
lost, so each followed article's version is also compared with SQL every second. One reader per
article fetches what is new and hands it to all its subscribers.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool

from ..domain.errors import TooMany
from ..live.rates import address_block
from ..store import articles, outbox
from ..store.db import Database
from . import measures

COMPARE_S = 1.0
MOST_STREAMS = 200  # of one address block: a school behind one address, not a machine that collects them
RETRY_S = 30
BACKLOG = 500  # changes a subscriber may lag behind before it has to reconnect

log = structlog.get_logger()

Change = Row[Any]
Subscription = asyncio.Queue[Change | None]


@dataclass(eq=False, slots=True)
class _Channel:
    site_id: str
    key: str
    article_id: str | None = None  # None until its first comment
    version: int | None = None  # None until first looked up: what came before is already on the page
    subscribers: set[Subscription] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Follow:
    """Runs on the event loop between `run`'s start and its cancellation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._channels: dict[tuple[str, str], _Channel] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._takers = Counter[str]()  # streams by address block
        self._is_looking = False
        self._is_closed = False

    async def run(self) -> None:
        """Compare the followed articles with SQL every second, until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(COMPARE_S)
            try:
                await self._compare(list(self._channels.values()))
            except Exception as error:  # streams go on when SQL returns; readiness tells meanwhile
                log.error("follow_failed", error=type(error).__name__, exc_info=error)

    def poke(self, article_ids: Iterable[str]) -> None:
        """Hear from any thread that articles have changed."""
        if self._loop and self._channels:
            self._loop.call_soon_threadsafe(self._start_catching_up, frozenset(article_ids))

    def close(self) -> None:
        """End every stream, also those that are about to begin: the service stops."""
        self._is_closed = True
        for channel in self._channels.values():
            for subscription in channel.subscribers:
                _end(subscription)

    def admit(self, address: str) -> str:
        """Return whom a stream counts against. Raises TooMany when that one has too many open."""
        taker = address_block(address)
        if self._takers[taker] >= MOST_STREAMS:
            raise TooMany("Too many pages are open from your address.", retry_after_s=RETRY_S)
        return taker

    @asynccontextmanager
    async def subscribe(
        self, site_id: str, key: str, after: int | None, taker: str
    ) -> AsyncIterator[tuple[Sequence[Change] | None, int, Subscription]]:
        """Give (changes missed since version `after`, the version then reached, a queue of what follows).

        Missed changes are None when they are no longer kept: the page must start anew. In the
        queue, None means that the stream is over and the client should reconnect.
        """
        channel = self._channels.setdefault((site_id, key), _Channel(site_id, key))
        subscription: Subscription = asyncio.Queue(BACKLOG)
        channel.subscribers.add(subscription)
        if self._is_closed:
            _end(subscription)
        self._takers[taker] += 1
        measures.STREAMS.inc()
        try:
            await self._catch_up(channel)
            missed = await run_in_threadpool(self._missed, channel, after)
            yield missed, channel.version or 0, subscription
        finally:
            channel.subscribers.discard(subscription)
            measures.STREAMS.dec()
            self._takers[taker] -= 1
            if not self._takers[taker]:
                del self._takers[taker]
            if not channel.subscribers:
                self._channels.pop((site_id, key), None)

    def _missed(self, channel: _Channel, after: int | None) -> Sequence[Change] | None:
        if after is None or after == (channel.version or 0):
            return ()
        if channel.article_id is None or after > (channel.version or 0):
            return None  # from before a restore, or of another article
        with self._database.read() as connection:
            changes = outbox.changes_after(connection, channel.article_id, after, BACKLOG)
        is_whole = bool(changes) and changes[0].version == after + 1 and len(changes) < BACKLOG
        return changes if is_whole else None

    def _start_catching_up(self, article_ids: frozenset[str]) -> None:
        unknown = []
        for channel in self._channels.values():
            if channel.article_id is None:
                unknown.append(channel)
            elif channel.article_id in article_ids:
                self._start(self._catch_up(channel))
        if unknown and not self._is_looking:  # one look for all of them, however many comments come
            self._is_looking = True
            self._start(self._look(unknown))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self, unknown: Sequence[_Channel]) -> None:
        try:
            await self._compare(unknown)
        finally:
            self._is_looking = False

    async def _compare(self, channels: Sequence[_Channel]) -> None:
        names = [(channel.site_id, channel.key) for channel in channels]
        newest = await run_in_threadpool(self._versions, names) if names else {}
        for channel in channels:
            if (channel.version or 0) < newest.get((channel.site_id, channel.key), 0):
                await self._catch_up(channel)

    def _versions(self, names: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
        with self._database.read() as connection:
            return {name: row.version for name, row in articles.find_all(connection, names).items()}

    async def _catch_up(self, channel: _Channel) -> None:
        async with channel.lock:  # one reader an article; the next one finds nothing new
            for change in await run_in_threadpool(self._read, channel):
                channel.version = change.version
                for subscription in tuple(channel.subscribers):
                    if subscription.full():
                        channel.subscribers.discard(subscription)
                        _end(subscription)
                    else:
                        subscription.put_nowait(change)

    def _read(self, channel: _Channel) -> Sequence[Change]:
        with self._database.read() as connection:
            if channel.article_id is None:
                article = articles.find(connection, channel.site_id, channel.key)
                if channel.version is None:
                    channel.version = article.version if article else 0
                if article is None:
                    return ()
                channel.article_id = article.id
            return outbox.changes_after(connection, channel.article_id, channel.version or 0, BACKLOG)


def _end(subscription: Subscription) -> None:
    """Tell a subscriber that its stream is over; a full queue gives up its oldest change for that."""
    if subscription.full():
        subscription.get_nowait()
    subscription.put_nowait(None)
