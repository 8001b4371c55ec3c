"""Services that a test may kill: each in a folder of its own, none left behind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from moderation.live.server import EmbeddedServer
from tests import corpus
from tests.service import Service
from tests.story.teaching import fit

Start = Callable[..., Service]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model, trained on generated comments; nobody changes it."""
    folder = tmp_path_factory.mktemp("base")
    examples = corpus.write(folder / "corpus.jsonl", corpus.generate(2000, seed=7))
    return fit("--data", str(examples), "--recipe", "trial", "--out", str(folder))


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A Redis server beside services; each takes a database of it."""
    server = EmbeddedServer(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def pair(
    new_database: Callable[[], str], valkey: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One service of two web processes on PostgreSQL, for all tests that do not break it."""
    service = Service(
        tmp_path_factory.mktemp("pair"), database_url=new_database(), redis_url=valkey.url, workers="2"
    )
    service.start()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture
def new_service(tmp_path: Path) -> Iterator[Start]:
    """Make a service in a new folder, not started; whatever the test did, its process ends."""
    with ExitStack() as stack:

        def make(name: str = "service", **settings: str) -> Service:
            service = Service(tmp_path / name, **settings)
            stack.callback(lambda: service.process and service.stop())
            return service

        yield make
