"""Reach a Redis Cluster: `redis+cluster://[user:password@]host:port,host:port`, `rediss+cluster://` with TLS.

The nodes named are asked for the map of the cluster; any that live will do. All keys of a site
share a hash tag (`keys.py`), so a queue lies on one node, and different sites on different ones.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import unquote, urlsplit

import redis
import redis.asyncio
from redis.asyncio.cluster import ClusterNode as AsyncNode
from redis.asyncio.cluster import RedisCluster as AsyncCluster
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ConstantBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.retry import Retry

from ..domain.errors import Field, Invalid

SCHEMES = ("redis+cluster://", "rediss+cluster://")
PORT = 6379
RETRY_PAUSE_S = 0.05
TRIES = 2  # the map is read anew in between: a node's successor is found. A hung node costs both
CONNECTIONS = 512  # to one node, from one event loop; beyond it a request counts by itself


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL says."""

    nodes: tuple[tuple[str, int], ...]
    username: str | None
    password: str | None
    is_encrypted: bool


def is_cluster(url: str) -> bool:
    """Tell whether a URL means a cluster."""
    return url.startswith(SCHEMES)


def parse(url: str) -> Address:
    """Read a URL. Raises Invalid with the form it must have."""
    scheme, _, rest = url.partition("://")
    login, _, hosts = rest.rstrip("/").rpartition("@")
    username, _, password = login.partition(":")
    return Address(
        nodes=tuple(_node(each) for each in hosts.split(",")),
        username=unquote(username) or None,
        password=unquote(password) or None,
        is_encrypted=scheme.startswith("rediss"),
    )


def connect(url: str, **timeouts: Any) -> redis.Redis:
    """Return a thread-safe client that asks for the map with its first command. Raises Invalid."""
    address = parse(url)

    def make() -> RedisCluster:
        nodes = [ClusterNode(*node) for node in address.nodes]  # type: ignore[no-untyped-call]
        retry = Retry(ConstantBackoff(RETRY_PAUSE_S), TRIES - 1)
        return RedisCluster(startup_nodes=nodes, retry=retry, **_options(address), **timeouts)

    return cast("redis.Redis", _Late(make))  # it speaks the same commands


def connect_async(url: str, **timeouts: Any) -> redis.asyncio.Redis:
    """Return a client for one event loop; it asks for the map with its first command. Raises Invalid."""
    return cast("redis.asyncio.Redis", AsyncCluster(**options_async(url, **timeouts)))


def options_async(url: str, **timeouts: Any) -> dict[str, Any]:
    """Return what an asynchronous client is made with. Raises Invalid."""
    address = parse(url)
    return {
        "startup_nodes": [AsyncNode(*node) for node in address.nodes],
        "retry": AsyncRetry(ConstantBackoff(RETRY_PAUSE_S), TRIES - 1),
        **_options(address),
        **timeouts,
    }


class _Late:
    """A client that is made when it is first used: redis-py's would connect at once, or not exist.

    A service must start, and take comments, while Redis is away.
    """

    def __init__(self, make: Callable[[], RedisCluster]) -> None:
        self._make = make
        self._made: RedisCluster | None = None
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return getattr(self._made, name)

    def close(self) -> None:
        with self._lock:
            if self._made is not None:
                self._made.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _options(address: Address) -> dict[str, Any]:
    return {
        "username": address.username,
        "password": address.password,
        "ssl": address.is_encrypted,
        "max_connections": CONNECTIONS,
        # The servers decide what a hole in the map means: the queues of other nodes may go on.
        "require_full_coverage": False,
        "decode_responses": True,
        "protocol": 2,
    }


def _node(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        if parts.hostname and not parts.path and not parts.query:
            return parts.hostname, parts.port or PORT
    except ValueError:
        pass
    detail = f"a cluster is named as redis+cluster://host:port,host:port; {text!r} is no host and port"
    raise Invalid(detail, [Field("redis_url", detail)])
