"""`python -m tests.bench_million [FOLDER]`: what a million comments cost, and a million that wait.

About ten minutes the first time; FOLDER keeps the installation for the next. Times are the clock's, so
they are those of the machine as busy as it is; ratios and CPU are what can be compared.
"""

import asyncio
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import psutil
from sqlalchemy import select

from moderation.actions.pages import Pages, Wanted
from moderation.store.db import Database, open_database
from moderation.store.tables import article, comment
from moderation.web.comments import render_page
from tests import bench_service, million
from tests.bench_service import TEXT
from tests.conditions import until
from tests.service import API, Service

SIZES = {"n100": 100, "n10000": 10_000, "n1000000": 1_000_000}
WAITING = 1_000_000
PAGES = 300  # pages of which the median is told
DECISIONS = 300
STREAMS, TOLD = 1000, 30
PER_ADDRESS = 100  # streams; the service allows 200


def main() -> None:
    """Make the installation, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(sys.argv[1] if len(sys.argv) > 1 else folder) / "million"
        if not data_dir.exists():
            million.make(data_dir, SIZES, waiting=WAITING)
        database = open_database(None, data_dir)
        _say_pages(database)
        database.close()
        service = Service(data_dir)
        (data_dir / "stderr.txt").unlink(missing_ok=True)  # of an earlier run: its log is read below
        began_s = time.perf_counter()
        service.start()
        try:
            _say_start(service, began_s)
            _say_streams(service)
            _say_queue(service)
            _say_load(service)
        finally:
            service.stop()


def _say_pages(database: Database) -> None:
    print("uncached pages of 50, read and rendered on one thread, p50 in ms: newest, deep, first")
    for key in SIZES:
        ids = _ids(database, key)
        deep = lambda key=key, ids=ids: Wanted("main", key, "latest", 50, random.choice(ids[50:]))  # noqa: E731, S311
        kinds = (
            lambda key=key: Wanted("main", key, "latest", 50),
            deep,
            lambda key=key: Wanted("main", key, "oldest", 50),
        )
        print(f"  {key:10}", *(f"{_page_ms(database, kind):8.2f}" for kind in kinds))


def _ids(database: Database, key: str) -> list[str]:
    """Return ids all over an article, oldest first."""
    with database.read() as connection:
        wanted = select(comment.c.id).join(article).where(article.c.key == key).order_by(comment.c.id)
        return list(connection.execute(wanted).scalars())


def _page_ms(database: Database, wanted: Callable[[], Wanted]) -> float:
    took: list[float] = []
    for _ in range(PAGES):
        pages, page = Pages(database, render_page), wanted()
        began_s = time.perf_counter()
        pages.load(page)
        took.append(time.perf_counter() - began_s)
    return statistics.median(took) * 1000


def _say_start(service: Service, began_s: float) -> None:
    print(f"start to ready: {time.perf_counter() - began_s:.2f} s", end="; ")
    asked_s = time.perf_counter()
    with httpx2.Client(base_url=service.url + API) as client:
        assert client.get("/articles/n1000000/comments").status_code == 200
    print(f"first page of the million: {(time.perf_counter() - asked_s) * 1000:.1f} ms", end="; ")
    until(lambda: '"queue_rebuilt"' in _log(service), within_s=300)
    told = [json.loads(line) for line in _log(service).splitlines() if '"queue_rebuilt"' in line][-1]
    print(f"queue of {told['waiting']:,} rebuilt in {told['took_s']:.1f} s")


def _log(service: Service) -> str:
    return (service.data_dir / "stderr.txt").read_text()


def _say_queue(service: Service) -> None:
    claims: list[float] = []
    decisions: list[float] = []
    with service.client(service.token("moderator")) as client:
        for action in itertools.islice(itertools.cycle(("approve", "reject")), DECISIONS):
            began_s = time.perf_counter()
            card = client.post("/moderation/queue:claim", json={"limit": 1}).json()["items"][0]
            claims.append(time.perf_counter() - began_s)
            said = {"action": action, "version": 1, "lease": card["lease"]["token"]}
            said |= {"reason": "spam"} if action == "reject" else {}
            began_s = time.perf_counter()
            path = f"/moderation/comments/{card['comment']['id']}/decisions"
            assert client.post(path, json=said).status_code == 201
            decisions.append(time.perf_counter() - began_s)
    print(f"{WAITING:,} waiting, p50 (p95) in ms: claim {_shown(claims)}, decide {_shown(decisions)}")


def _shown(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20)
    return f"{statistics.median(seconds) * 1000:.1f} ({cuts[18] * 1000:.1f})"


def _say_load(service: Service) -> None:
    assert service.process is not None
    port, pid = int(service.url.rsplit(":", 1)[1]), service.process.pid
    path = f"{API}/articles/{{}}/comments"
    print(f"{bench_service.CLIENTS} clients: requests/s and CPU µs of the server")
    for name, request in (
        ("posts, empty article", lambda n: bench_service._post(path.format("empty"), n)),
        ("posts, article of 1,000,000", lambda n: bench_service._post(path.format("n1000000"), n)),
        ("95 % pages, article of 10,000", lambda n: _mixed(path.format("n10000"), n)),
        ("95 % pages, article of 1,000,000", lambda n: _mixed(path.format("n1000000"), n)),
    ):
        rates = [bench_service._load(port, request, pid) for _ in range(3)]
        print(f"  {name:34}", " ".join(f"{rate:7,.0f} {cpu_us:5,.0f}" for rate, cpu_us in rates))


def _mixed(path: str, number: int) -> bytes:
    # One client's requests are `CLIENTS` apart, which has no divisor in common with 19.
    return bench_service._request("GET", path) if number % 19 else bench_service._post(path, number)


def _say_streams(service: Service) -> None:
    assert service.process is not None
    process = psutil.Process(service.process.pid)
    before = process.memory_info().rss
    took, each = asyncio.run(_streams(service, lambda: (process.memory_info().rss - before) / STREAMS))
    cuts = statistics.quantiles(took, n=20)
    print(f"{STREAMS:,} streams: {each / 1024:.1f} KB each; delivery p50 (p95) in ms", end=" ")
    print(f"{statistics.median(took) * 1000:.0f} ({cuts[18] * 1000:.0f})")


async def _streams(service: Service, size: Callable[[], float]) -> tuple[list[float], float]:
    """Return the seconds from each post to each stream, and the bytes a stream takes."""
    port = int(service.url.rsplit(":", 1)[1])
    asked = bench_service._request("GET", f"{API}/articles/followed/events")
    readers = []
    for number in range(STREAMS):
        own = (f"127.0.1.{number // PER_ADDRESS + 1}", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=own)
        writer.write(asked)
        await reader.readuntil(b"retry:")
        readers.append((reader, writer))
    each = size()
    took: list[float] = []
    async with httpx2.AsyncClient(base_url=service.url + API) as client:
        for number in range(TOLD):
            heard = [asyncio.create_task(_hear(reader)) for reader, _ in readers]
            began_s = time.perf_counter()
            await client.post("/articles/followed/comments", json={"body": TEXT.format(n=number)})
            took += [at_s - began_s for at_s in await asyncio.gather(*heard)]
    for _, writer in readers:
        writer.close()
    return took, each


async def _hear(reader: asyncio.StreamReader) -> float:
    await reader.readuntil(b"event: ")
    await reader.readuntil(b"\n\n")
    return time.perf_counter()


if __name__ == "__main__":
    main()
