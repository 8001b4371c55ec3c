"""The two installations that get broken: everything embedded, and PostgreSQL and Redis by address."""

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import httpx2
import psycopg

from moderation.live.server import EmbeddedServer
from tests.conditions import until
from tests.faults.breaking import kill
from tests.faults.ledger import count_waiting
from tests.faults.people import People
from tests.faults.proxy import Proxy
from tests.postgres import Cluster, free_port
from tests.service import Service
from tests.story.seed import tokens
from tests.story.sight import is_whole, redis_of, redis_pid

RATE = "1000000/minute"  # on, so that Redis is asked with each post; and out of reach
MODERATORS = 4
WHOLE_S = 10.0


@dataclass(slots=True)
class Installation:
    """A running service with its moderators; and what lies behind it, where a test may get at it."""

    service: Service
    moderators: list[str] = field(default_factory=list)
    cluster: Cluster | None = None
    server: EmbeddedServer | None = None
    database_line: Proxy | None = None
    redis_line: Proxy | None = None

    def start(self) -> "Installation":
        """Start the service, and give it moderators."""
        self.service.start()
        self.moderators = self.moderators or tokens(self.service, *["moderator"] * MODERATORS)
        return self

    def people(self) -> People:
        """Return people around an article that is new."""
        return People(self.service, self.moderators)

    def redis_pid(self) -> int:
        """Return the process id of the Redis server that runs now."""
        if self.server is None:
            return redis_pid(self.service)
        assert self.server.pid is not None
        return self.server.pid

    def kill_service(self) -> float:
        """End the service as a power cut would, and start it again; return when that began."""
        self.service.kill()
        began_s = time.monotonic()
        self.service.start()
        return began_s

    def kill_redis(self) -> float:
        """End Redis; whoever watches it brings it back. Return when it ended."""
        kill([self.redis_pid()])
        return time.monotonic()

    def flush_redis(self) -> float:
        """Empty Redis, as an operator's slip would; return when that was."""
        with redis_of(self.service) as server:
            server.flushall()
        return time.monotonic()

    def kill_postgres(self) -> float:
        """End PostgreSQL, and start it again as its operator's system would; return when it was back."""
        assert self.cluster is not None
        kill(self.cluster.freeze())
        self.cluster.stop()  # it is dead and has to be buried
        self.cluster.start()
        return time.monotonic()

    def await_whole(self, within_s: float = WHOLE_S) -> None:
        """Wait until the queue holds exactly what SQL says is waiting."""
        with self.service.client(self.moderators[0]) as client:
            until(lambda: is_whole(client, count_waiting(self.service)), within_s=within_s, every_s=0.05)

    def metric(self, name: str) -> float:
        """Return a metric, named with its labels, as Prometheus would read it; 0.0 if it is not there."""
        text = httpx2.get(f"{self.service.url}/metrics", timeout=30).text
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    def log(self) -> str:
        """Return all that the service has logged."""
        return (self.service.data_dir / "stderr.txt").read_text()


@contextmanager
def embedded(
    folder: Path, environment: Mapping[str, str] = MappingProxyType({}), **settings: str
) -> Iterator[Installation]:
    """Run a service that brings its own SQLite and Valkey; environment: beside its settings."""
    service = Service(folder, port=str(free_port()), post_rate=RATE, storm_rate="off", **settings)
    service.environment |= environment
    try:
        yield Installation(service).start()
    finally:
        service.stop()


@contextmanager
def by_address(folder: Path) -> Iterator[Installation]:
    """Run a service on a PostgreSQL and a Valkey of its own, each at the end of a line that can be bad."""
    server = EmbeddedServer(folder / "redis")
    # Not below pytest's own folder: the database's user could not enter it.
    with tempfile.TemporaryDirectory(prefix="firstword-postgres-") as name:
        cluster = Cluster(Path(name))
        cluster.start()
        server.start()
        try:
            with _lines(cluster, server) as (database_line, redis_line):
                url = f"{_new_database(cluster.url)}"
                service = Service(
                    folder / "service",
                    port=str(free_port()),
                    post_rate=RATE,
                    storm_rate="off",
                    database_url=re.sub(r":\d+/", f":{database_line.port}/", url),
                    redis_url=f"redis://127.0.0.1:{redis_line.port}",
                )
                migrated = service.run("migrate")
                assert migrated.returncode == 0, migrated.stderr
                try:
                    yield Installation(
                        service,
                        cluster=cluster,
                        server=server,
                        database_line=database_line,
                        redis_line=redis_line,
                    ).start()
                finally:
                    service.stop()
        finally:
            server.stop()
            cluster.stop()


@contextmanager
def _lines(cluster: Cluster, server: EmbeddedServer) -> Iterator[tuple[Proxy, Proxy]]:
    port, socket_path = int(cluster.url.rpartition(":")[2]), server.url.removeprefix("unix://")
    to_database = Proxy(lambda: asyncio.open_connection("127.0.0.1", port))
    to_redis = Proxy(lambda: asyncio.open_unix_connection(socket_path))
    with to_database.running(), to_redis.running():
        yield to_database, to_redis


def _new_database(address: str) -> str:
    name = f"faults_{os.getpid()}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address}/{name}"
