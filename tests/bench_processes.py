"""One web process and two, on PostgreSQL and Valkey, in turn: `python -m tests.bench processes`, two minutes.

Clients, database and service share the cores. Read the ratio beside how busy the machine was: two
processes cannot give more than the cores that one left over.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import psutil
import uvloop

from moderation.live.server import EmbeddedServer
from tests import postgres
from tests.service import API, Service

SECONDS = 3.0
CLIENTS = 32
ROUNDS = 3
ARTICLES = 64
HEAD = f"{'each s':>8}{'busy':>6}{'web µs':>8}{'SQL µs':>8}"
BODY = "I walked along the harbour this morning, number {n}, and the new lamps are a real improvement for us."
Request = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a few seconds of requests took; CPU in microseconds a request, the busy share of all cores."""

    rate: float
    web_us: float
    sql_us: float
    busy: float


class Client(asyncio.Protocol):
    """Ask again as soon as one is answered, until told to stop."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.done = 0
        self._requests = requests
        self._waited = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._waited += data
        head, _, body = self._waited.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 20"), head
        if len(body) >= int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]):
            self._waited = b""
            self.done += 1
            self._transport.write(next(self._requests))


def main() -> None:
    """Measure and print one table."""
    ones: list[dict[str, Measured]] = []
    twos: list[dict[str, Measured]] = []
    with installation() as (cluster, services):
        for _ in range(ROUNDS):
            for service, rows in zip(services, (ones, twos), strict=True):
                service.start()
                try:
                    rows.append({name: load(service, cluster, each) for name, each in REQUESTS.items()})
                finally:
                    service.stop()
    print(f"{CLIENTS} clients, {SECONDS:.0f} s, {ROUNDS} rounds; load average {os.getloadavg()[0]:.1f}")
    print(f"{'':18}{HEAD}{HEAD}  two : one")
    for name in REQUESTS:
        print(line(name, [row[name] for row in ones], [row[name] for row in twos]))


@contextmanager
def installation() -> Iterator[tuple[postgres.Cluster, tuple[Service, Service]]]:
    """Run PostgreSQL, which syncs, and Valkey; give services of one and of two processes, not started."""
    with tempfile.TemporaryDirectory(prefix="firstword-bench-") as folder:
        box = Path(folder)
        (box / "postgres").mkdir()
        box.chmod(0o755)
        cluster = postgres.Cluster(box / "postgres")
        server = EmbeddedServer(box / "redis")
        cluster.start()
        server.start()
        try:
            settings = {"database_url": f"{cluster.url}/postgres", "redis_url": server.url}
            one, two = (Service(box / n, workers=n, **settings) for n in ("1", "2"))
            assert one.run("migrate").returncode == 0
            yield cluster, (one, two)
        finally:
            server.stop()
            cluster.stop()


def line(name: str, ones: list[Measured], twos: list[Measured]) -> str:
    """Return a row: medians, and the ratio of each round."""
    ratios = " / ".join(f"{two.rate / one.rate:.2f}" for one, two in zip(ones, twos, strict=True))
    return f"{name:18}{columns(ones)}{columns(twos)}  {ratios}"


def columns(rows: list[Measured]) -> str:
    """Return the medians, under HEAD."""
    costs = f"{median(rows, 'web_us'):8,.0f}{median(rows, 'sql_us'):8,.0f}"
    return f"{median(rows, 'rate'):8,.0f}{median(rows, 'busy'):6.0%}{costs}"


def median(rows: list[Measured], name: str) -> float:
    """Return the median of a figure."""
    return statistics.median(getattr(row, name) for row in rows)


def load(service: Service, cluster: postgres.Cluster, request: Request) -> Measured:
    """Let all clients ask for a while, after a tenth of it as a warm-up."""
    assert service.process is not None
    uvloop.run(ask(service, request, SECONDS / 10))
    web = [service.process.pid, *(each.pid for each in psutil.Process(service.process.pid).children())]
    before = cpu_s(web), cpu_s(cluster.pids())
    psutil.cpu_percent()
    done = uvloop.run(ask(service, request, SECONDS))
    busy = psutil.cpu_percent() / 100
    after = cpu_s(web), cpu_s(cluster.pids())
    web_us, sql_us = (used_s(*each) / done * 1e6 for each in zip(before, after, strict=True))
    return Measured(done / SECONDS, web_us, sql_us, busy)


def cpu_s(pids: list[int]) -> dict[int, float]:
    """Return the processor time that each of the processes has used."""
    used = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):  # one of the database's that has just ended
            times = psutil.Process(pid).cpu_times()
            used[pid] = times.user + times.system
    return used


def used_s(before: dict[int, float], after: dict[int, float]) -> float:
    """Return what was used between two looks, by new processes too."""
    return sum(late - before.get(pid, 0.0) for pid, late in after.items())


async def ask(service: Service, request: Request, seconds: float) -> int:
    """Return how many requests were answered."""
    host, port = service.url.removeprefix("http://").split(":")
    start = time.monotonic_ns()
    numbers = iter(range(start, start + 10**9))
    clients = []
    for _ in range(CLIENTS):
        _, client = await asyncio.get_running_loop().create_connection(
            lambda: Client(request(number) for number in numbers), host, int(port)
        )
        clients.append(client)
    await asyncio.sleep(seconds)
    return sum(client.done for client in clients)


def get(path: str) -> bytes:
    """Return a request for a page."""
    return f"GET {API}{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def post(number: int) -> bytes:
    """Return a request with a comment for one of a few articles."""
    body = json.dumps({"body": BODY.format(n=number)})
    head = f"POST {API}/articles/busy-{number % ARTICLES}/comments HTTP/1.1\r\nHost: localhost\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


REQUESTS: dict[str, Request] = {
    "post": post,
    "page, cached": lambda number: get(f"/articles/busy-{number % ARTICLES}/comments?limit=20"),
    "page, not cached": lambda number: get(f"/articles/nobody-{number}/comments"),
    "counts of 20": lambda number: get(
        "/counts?" + "&".join(f"article=busy-{each % ARTICLES}" for each in range(number, number + 20))
    ),
}


if __name__ == "__main__":
    main()
