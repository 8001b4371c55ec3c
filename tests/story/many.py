"""Services of several processes on PostgreSQL: who is who among them, and whom a test may kill."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx2
import psutil
import psycopg

from tests.conditions import until
from tests.service import API, START_S, Service


def relay_process(service: Service) -> int:
    """Return the id of the process that holds the relay's lease, 0 if nobody does."""
    with psycopg.connect(service.environment["FIRSTWORD_DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT holder FROM lease WHERE name = 'relay' AND expires_at_ms > %s",
            [_now_ms(connection)],
        ).fetchone()
    return int(row[0].split(":")[1]) if row else 0


def _now_ms(connection: "psycopg.Connection[tuple[object, ...]]") -> int:
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp()) * 1000").fetchone()
    assert row is not None
    return int(float(str(row[0])))


def kill(pid: int) -> None:
    """End a process as a power cut would."""
    os.kill(pid, signal.SIGKILL)


@contextmanager
def worker(service: Service) -> Iterator[int]:
    """Run `firstword worker` beside a service; give its process id."""
    service.data_dir.mkdir(parents=True, exist_ok=True)
    log = service.data_dir / "worker.txt"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "moderation", "worker"], env=service.environment, stderr=stderr
        )
    try:
        until(lambda: "worker_started" in log.read_text() or process.poll() is not None, within_s=START_S)
        assert process.poll() is None, log.read_text()[-2000:]
        yield process.pid
        process.terminate()
        process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()


@contextmanager
def one_client_each(service: Service, count: int = 2) -> Iterator[list[httpx2.Client]]:
    """Give one client for each web process: connections are opened until every process has one."""
    found: dict[int, httpx2.Client] = {}
    with ExitStack() as stack:
        for _ in range(200):
            client = stack.enter_context(service.client())
            found.setdefault(_answering(service, client), client)
            if len(found) == count:
                break
        assert len(found) == count
        yield list(found.values())


def answering(service: Service) -> set[int]:
    """Return the ids of the web processes that answer some of a few connections."""
    with ExitStack() as stack:
        clients = [stack.enter_context(service.client()) for _ in range(12)]
        return {_answering(service, client) for client in clients}


def _answering(service: Service, client: httpx2.Client) -> int:
    assert service.process is not None
    stream = client.get("/me").extensions["network_stream"]
    return _holder(service.process.pid, stream.get_extra_info("client_addr")[1])


def _holder(parent_pid: int, client_port: int) -> int:
    """Return which child process holds the other end of a connection."""
    for child in psutil.Process(parent_pid).children(recursive=True):
        if any(each.raddr and each.raddr.port == client_port for each in child.net_connections("tcp")):
            return child.pid
    raise AssertionError(f"nobody holds the connection from port {client_port}")


@contextmanager
def stream(service: Service, article: str) -> Iterator[Iterator[dict[str, object]]]:
    """Follow an article; give what is told about comments, each waited for."""
    address = f"{service.url}{API}/articles/{article}/events"
    with httpx2.stream("GET", address, timeout=10) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        yield (told for line in lines if line.startswith("data:") and "id" in (told := json.loads(line[5:])))
