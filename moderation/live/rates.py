"""Say "slower" to those who send too much: counted in Redis, in our own memory while it is away.

The moving window of the `limits` library, because its answer is exact: after the seconds we
name, the next request passes. Its sliding counter is smaller (two numbers for any rate) but can
only estimate that moment, and was 6 s early at 10/minute; ten times a reader for a minute are cheap.

Hits that pass are noted in memory too. What this process has seen is a part of what all have
seen, so a window that is full here is full everywhere and is refused without asking Redis, and
nobody gets a second allowance when Redis goes away.
"""

import functools
import ipaddress
import math
import time
from collections import OrderedDict, deque
from typing import Any, cast

import limits
import redis.asyncio
from limits.aio.storage import RedisClusterStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from ..domain.errors import Field, Invalid
from . import cluster
from .client import ASYNC_ERRORS, connect_async
from .keys import RATE_PREFIX

ANSWER_S = 0.25  # a post waits for it; a live server answers in less than a millisecond
UNTRIED = -1.0  # the first request finds out whether Redis answers, those that came with it count here
OPEN_S = 2.0  # after a failure one request in this time asks Redis, the others count here
MAX_WINDOWS = 100_000  # about 60 MB; beyond it those that were silent longest are forgotten


class Rates:
    """Counts for one event loop; close it with `await rates.aclose()`."""

    def __init__(self, redis_url: str | None) -> None:
        """redis_url None: there is this process alone."""
        self._shared: MovingWindowRateLimiter | None = None
        if redis_url is not None:
            storage, self._redis = _of_cluster(redis_url) if cluster.is_cluster(redis_url) else _of(redis_url)
            self._shared = MovingWindowRateLimiter(storage)
        self._local = _Windows()
        self._ask_again_at = UNTRIED

    async def hit(self, rate: str, *, scope: str, key: str) -> int:
        """Count one request; return 0 if it may pass, else the whole seconds to wait, at least 1.

        rate: "10/minute", "5 per 3 seconds", …, or "off", which always passes. scope: what is
        counted ("post"), key: for whom. A refused request is not counted. Raises Invalid for
        another rate; never fails because of Redis.
        """
        item = parse_rate(rate)
        if item is None:
            return 0
        name = item.key_for(scope, key)
        wait_s = self._local.full_for(name, item, now_s=time.monotonic())
        if wait_s is None:
            wait_s = await self._full_for(item, scope, key)
        if wait_s is None:
            # once more: while Redis failed to answer, others like this one were counted here
            wait_s = self._local.full_for(name, item, now_s=time.monotonic())
        if wait_s is None:
            self._local.note(name, item, now_s=time.monotonic())
            return 0
        return max(1, math.ceil(wait_s))

    def hit_here(self, rate: str, *, scope: str, key: str) -> int:
        """Count one request in this process alone, without asking anybody; return what `hit` does."""
        item = parse_rate(rate)
        if item is None:
            return 0
        name, now_s = item.key_for(scope, key), time.monotonic()
        wait_s = self._local.full_for(name, item, now_s=now_s)
        if wait_s is None:
            self._local.note(name, item, now_s=now_s)
            return 0
        return max(1, math.ceil(wait_s))

    async def aclose(self) -> None:
        """Close the connections."""
        if self._shared is not None:
            await self._redis.aclose()

    async def _full_for(self, item: limits.RateLimitItem, scope: str, key: str) -> float | None:
        """Count in Redis; return None if it may pass or Redis is away, else the seconds to a free place."""
        now = time.monotonic()
        if self._shared is None or now < self._ask_again_at:
            return None
        if self._ask_again_at:
            self._ask_again_at = now + OPEN_S  # this request tries, the ones after it do not wait for it
        try:
            wait_s = None
            if not await self._shared.hit(item, scope, key):
                wait_s = (await self._shared.get_window_stats(item, scope, key)).reset_time - time.time()
                if wait_s > 2 * item.get_expiry():  # hits from the future: the clock was set back
                    await self._shared.clear(item, scope, key)
                    wait_s = None
        except ASYNC_ERRORS:
            self._ask_again_at = time.monotonic() + OPEN_S
            return None
        self._ask_again_at = 0.0
        return wait_s


class _Windows:
    """Times of the last hits by name. `limits` has this too, but hops to a thread per name and hit."""

    def __init__(self) -> None:
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()

    def full_for(self, name: str, item: limits.RateLimitItem, *, now_s: float) -> float | None:
        hits = self._hits.get(name)
        if hits is None or len(hits) < item.amount:
            return None
        wait_s = hits[0] + item.get_expiry() - now_s
        return wait_s if wait_s > 0 else None

    def note(self, name: str, item: limits.RateLimitItem, *, now_s: float) -> None:
        hits = self._hits.setdefault(name, deque(maxlen=item.amount))
        hits.append(now_s)
        self._hits.move_to_end(name)
        if len(self._hits) > MAX_WINDOWS:
            self._hits.popitem(last=False)


def _of(url: str) -> tuple[RedisStorage, redis.asyncio.Redis]:
    client = connect_async(url, answer_s=ANSWER_S)
    storage = RedisStorage(
        "async+redis://",  # not used: the pool knows the address
        implementation="redispy",
        key_prefix=RATE_PREFIX,
        connection_pool=cast("Any", client.connection_pool),  # its hints forget pools
    )
    return storage, client


def _of_cluster(url: str) -> tuple[RedisStorage, redis.asyncio.Redis]:
    """`limits` makes the client itself; the options overrule what it reads from its own address."""
    answer_s = ANSWER_S / cluster.TRIES
    options: dict[str, Any] = cluster.options_async(
        url, socket_timeout=answer_s, socket_connect_timeout=answer_s
    )
    address = "async+redis+cluster://unused:0"
    storage = RedisClusterStorage(address, implementation="redispy", key_prefix=RATE_PREFIX, **options)
    return storage, cast("redis.asyncio.Redis", storage.bridge.storage)  # type: ignore[attr-defined]


@functools.lru_cache(maxsize=64)
def parse_rate(rate: str) -> limits.RateLimitItem | None:
    """Return the meaning of a rate, None for "off". Raises Invalid with an example."""
    if rate.strip().lower() == "off":
        return None
    try:
        item = limits.parse(rate)
    except ValueError as error:
        detail = f'a rate looks like "10/minute", or is "off", not {rate!r}'
        raise Invalid(detail, [Field("rate", detail)]) from error
    if item.amount < 1 or item.get_expiry() < 1:
        raise Invalid("a rate allows at least one request", [Field("rate", "at least 1")])
    return item


@functools.lru_cache(maxsize=4096)
def address_block(address: str) -> str:
    """Return what one household or server has: an IPv4 address itself, an IPv6 one's /64.

    IPv4 written as IPv6 (::ffff:192.0.2.1) counts as IPv4; what is no address is "unknown",
    one block for all of them.
    """
    try:
        parsed = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        return str(parsed.ipv4_mapped)
    return str(parsed)
