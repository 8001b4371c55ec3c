"""Health tells the truth of PostgreSQL too: gone, hung, read-only, of an older schema."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import psycopg
import pytest

from moderation.live.server import EmbeddedServer
from tests import postgres
from tests.conditions import until
from tests.service import Service


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Path]:
    """A PostgreSQL of this module's alone, which it may stop; its folder."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="firstword-postgres-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def address(own_cluster: Path) -> Iterator[str]:
    with postgres.cluster(own_cluster) as url:
        yield f"{url}/postgres"


@pytest.fixture(scope="module")
def service(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on that server, with a Valkey beside it."""
    folder = tmp_path_factory.mktemp("health")
    server = EmbeddedServer(folder / "redis")
    server.start()
    try:
        service = Service(folder / "service", database_url=address, redis_url=server.url)
        assert service.run("migrate").returncode == 0
        service.start()
        try:
            yield service
        finally:
            service.stop()
    finally:
        server.stop()


def said(service: Service) -> tuple[int, str]:
    """Return the status of /readyz and its word for the database."""
    answer = httpx2.get(f"{service.url}/readyz", timeout=20)
    return answer.status_code, answer.json()["parts"]["database"]


def up(service: Service) -> bool:
    return "firstword_database_up 1.0" in httpx2.get(f"{service.url}/metrics", timeout=20).text


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    """Let every process of a cluster hang."""
    first = int((folder / "data/postmaster.pid").read_text().split()[0])
    family = [first, *(child.pid for child in psutil.Process(first).children(recursive=True))]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(family):
            os.kill(pid, signal.SIGCONT)


def test_a_server_that_takes_no_writes_is_not_ready_although_it_reads(service: Service, address: str) -> None:
    until(lambda: said(service) == (200, "ok"))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
        until(lambda: said(service)[0] == 503)
        assert said(service)[1].startswith("read-only")
        assert not up(service)
        with service.client() as client:
            assert client.get("/articles/any/comments").status_code == 200
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
        connection.execute("SELECT pg_reload_conf()")
    until(lambda: said(service) == (200, "ok"))
    assert up(service)


def test_a_server_that_hangs_is_not_ready_and_the_process_is_still_alive(
    service: Service, own_cluster: Path
) -> None:
    with stopped(own_cluster):
        until(lambda: said(service) == (503, "away: no answer within 2 s"), within_s=20)
        assert not up(service)
        assert httpx2.get(f"{service.url}/healthz").status_code == 200
    until(lambda: said(service) == (200, "ok"), within_s=30)


def test_a_schema_that_is_older_than_the_code_is_not_ready(service: Service, address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        [(newest,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        until(lambda: said(service) == (503, "not migrated"))
        connection.execute("UPDATE alembic_version SET version_num = '9999'")  # an update is under way
        until(lambda: said(service) == (200, "ok"))
        connection.execute("UPDATE alembic_version SET version_num = %s", (newest,))


def test_a_server_that_is_gone_is_not_ready(service: Service, own_cluster: Path) -> None:
    first = int((own_cluster / "data/postmaster.pid").read_text().split()[0])
    os.kill(first, signal.SIGQUIT)  # the server's immediate end
    until(lambda: said(service)[0] == 503)
    assert said(service)[1].startswith("away")
    assert not up(service)
