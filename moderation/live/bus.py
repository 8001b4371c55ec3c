"""Pokes between processes: "this article changed". Never the truth.

A poke may be lost and may come twice; whoever listens reads the truth from SQL. After each
(re)connection, the first included, a listener gets RESYNC: anything may have changed meanwhile.
"""

import json
from asyncio import sleep
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import redis
from redis.asyncio.client import PubSub

from .client import ASYNC_ERRORS, REFUSALS, connect, connect_async
from .keys import BUS_CHANNEL

BEAT_S = 5.0  # silence after which the server is asked whether it lives; as long again, and it does not
FIRST_PAUSE_S = 0.1
MAX_PAUSE_S = 5.0


@dataclass(frozen=True, slots=True)
class Poke:
    """This article is now at least at this version."""

    article: str
    version: int


RESYNC: Final = Poke(article="", version=0)  # compare with `is`: forget what you believe to know


class Bus:
    """One channel for the whole installation."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis = connect(url)

    def publish(self, article: str, version: int) -> bool:
        """Tell every process, best effort; return False if Redis is away. Blocks up to 2 s then."""
        message = json.dumps({"article": article, "version": version})
        try:
            self._redis.publish(BUS_CHANNEL, message)
        except REFUSALS:
            return False
        return True

    async def listen(self) -> AsyncGenerator[Poke, None]:
        """Yield pokes for ever, and RESYNC after each connection; reconnects with back-off."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with connect_async(self._url) as client, client.pubsub() as pubsub:
                    await pubsub.subscribe(BUS_CHANNEL)
                    async with aclosing(_messages(pubsub)) as messages:
                        async for poke in messages:
                            pause_s = FIRST_PAUSE_S
                            yield poke
            except ASYNC_ERRORS:
                await sleep(pause_s)
                pause_s = min(2 * pause_s, MAX_PAUSE_S)

    def close(self) -> None:
        """Close the publishing side; listeners end when their task is cancelled."""
        self._redis.close()


async def _messages(pubsub: PubSub) -> AsyncGenerator[Poke, None]:
    """Yield RESYNC once subscribed, then pokes. Raises redis.TimeoutError if the server hangs."""
    is_asked = False
    while True:
        message = await pubsub.get_message(timeout=BEAT_S)
        if message is None:
            if is_asked:
                raise redis.TimeoutError("the server does not answer")
            await pubsub.ping()
        is_asked = message is None
        if message is not None and message["type"] == "subscribe":
            yield RESYNC
        elif message is not None and message["type"] == "message":
            for poke in _read(message["data"]):
                yield poke


def _read(text: Any) -> list[Poke]:
    """Return the poke in a message, or nothing: another version of us may speak differently."""
    try:
        message = json.loads(text)
        return [Poke(article=str(message["article"]), version=int(message["version"]))]
    except (ValueError, KeyError, TypeError):
        return []
