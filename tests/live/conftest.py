"""A real server on its own socket: one for the session, or one of their own for tests that kill it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from moderation.live.client import connect
from moderation.live.queue import Queue
from moderation.live.server import EmbeddedServer


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


@pytest.fixture
def client(shared_server: EmbeddedServer) -> Iterator[redis.Redis]:
    with connect(shared_server.url) as client:
        client.flushall()
        yield client


@pytest.fixture
def queue(client: redis.Redis) -> Queue:
    return Queue(client)
