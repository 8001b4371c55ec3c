"""Connect to Redis with a short temper.

redis-py's defaults need 15 s to report a hung server. Here a dropped connection is tried once
more (the server was restarted), a time-out never (it would only double). One server or a cluster
(`cluster.py`): the URL says it, and nobody else needs to know. Callers wrap their work in
`reaching()`: whatever Redis refuses, the rest of Firstword sees one exception, Away.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisClusterException
from redis.retry import Retry

from ..domain.errors import Away
from . import cluster

REFUSALS = (redis.RedisError, RedisClusterException)  # the second is none of the first, in redis-py

CONNECT_S = 0.5
ANSWER_S = 2.0
RETRY_PAUSE_S = 0.05
POOL_WAIT_S = 1.0
# What an event loop's client raises while the server is away; uvloop says RuntimeError of a connection
# that was reset between two commands, and redis-py AttributeError when it takes all connections to a
# cluster down, because one was lost, from under those who use them.
ASYNC_ERRORS = (*REFUSALS, RuntimeError, AttributeError)
POOL_SIZE = 64  # more than Starlette's 40 threads, so that a burst waits for the server, not for us


def connect(url: str, *, answer_s: float = ANSWER_S) -> redis.Redis:
    """Return a thread-safe client; nothing is sent before the first command."""
    if cluster.is_cluster(url):
        return cluster.connect(url, **_timeouts(answer_s / cluster.TRIES))
    retry = Retry(ConstantBackoff(RETRY_PAUSE_S), 1, supported_errors=(redis.ConnectionError,))
    pool = redis.BlockingConnectionPool.from_url(url, retry=retry, **_options(answer_s))
    return redis.Redis.from_pool(pool)


def connect_async(url: str, *, answer_s: float = ANSWER_S) -> redis.asyncio.Redis:
    """Return a client for one event loop; close it with `await client.aclose()`."""
    if cluster.is_cluster(url):
        return cluster.connect_async(url, **_timeouts(answer_s / cluster.TRIES))
    dropped: Any = (redis.ConnectionError, RuntimeError)  # its hint knows no error but its own
    retry = AsyncRetry(ConstantBackoff(RETRY_PAUSE_S), 1, supported_errors=dropped)
    pool = redis.asyncio.BlockingConnectionPool.from_url(url, retry=retry, **_options(answer_s))
    return redis.asyncio.Redis.from_pool(pool)


@contextmanager
def reaching() -> Iterator[None]:
    """Turn everything Redis can refuse (gone, hung, loading, disk full, read-only) into Away."""
    try:
        yield
    except REFUSALS as error:
        raise Away("the review queue cannot be reached") from error


def _options(answer_s: float) -> dict[str, Any]:
    return {
        "max_connections": POOL_SIZE,
        "timeout": POOL_WAIT_S,
        **_timeouts(answer_s),
        "decode_responses": True,
        # RESP2 is spoken by every server from 6.2 on and needs no handshake
        "protocol": 2,
    }


def _timeouts(answer_s: float) -> dict[str, float]:
    return {"socket_timeout": answer_s, "socket_connect_timeout": min(CONNECT_S, answer_s)}
