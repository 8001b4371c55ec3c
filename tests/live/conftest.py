"""A real server on its own socket: one for the session, or one of their own for tests that kill it.

What is asked by URL is asked of a cluster of three too.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from moderation.live.client import connect
from moderation.live.queue import Queue
from moderation.live.server import EmbeddedServer
from tests import redis_cluster
from tests.redis_cluster import Cluster


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with redis_cluster.running(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Cluster]:
    with redis_cluster.running(tmp_path) as cluster:
        yield cluster


@pytest.fixture(params=["shared_server", "shared_cluster"])
def url(request: pytest.FixtureRequest) -> str:
    """The same test on one server and on a cluster."""
    return str(request.getfixturevalue(request.param).url)


@pytest.fixture
def client(url: str) -> Iterator[redis.Redis]:
    with connect(url) as client:
        client.flushall()
        yield client


@pytest.fixture
def queue(client: redis.Redis) -> Queue:
    return Queue(client)
