"""Look behind a service: its SQL rows, its embedded Redis, the processes it started."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx2
import psutil
import psycopg
import redis

from moderation.live.client import connect
from moderation.live.server import EmbeddedServer
from tests.service import Service


def rows(service: Service, statement: str, *values: Any) -> list[Any]:
    """Return rows of the service's database, read-only; ids in SQLite are hexadecimal, see `key`."""
    if url := service.environment.get("FIRSTWORD_DATABASE_URL"):
        with psycopg.connect(url) as reading:
            return reading.execute(statement.replace("?", "%s").encode(), values).fetchall()
    address = f"file:{service.data_dir / 'firstword.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return connection.execute(statement, values).fetchall()


def key(comment_id: str) -> str:
    """Return an id as SQLite holds it; PostgreSQL reads it too."""
    return comment_id.replace("-", "")


@contextmanager
def redis_of(service: Service) -> Iterator[redis.Redis]:
    """Connect to the embedded server of a service, as its operator could."""
    with connect(EmbeddedServer(service.data_dir / "redis").url) as client:
        yield client


def redis_pid(service: Service) -> int:
    """Return the embedded server's process id, as it says itself."""
    with redis_of(service) as client:
        return int(client.info("server")["process_id"])


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be buried does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def all_pages(client: httpx2.Client, path: str, **query: Any) -> tuple[list[Any], Any]:
    """Return the items of every page in order, and the first page."""
    first = page = client.get(path, params=query | {"limit": 200}).json()
    items = list(page["items"])
    while page["next_cursor"]:
        page = client.get(path, params=query | {"limit": 200, "cursor": page["next_cursor"]}).json()
        items += page["items"]
    return items, first


def claimed(client: httpx2.Client, **wanted: Any) -> list[str]:
    """Claim until nothing waits; return the ids in the order in which they were handed out."""
    ids: list[str] = []
    while items := client.post("/moderation/queue:claim", json={"limit": 50} | wanted).json()["items"]:
        ids += [item["comment"]["id"] for item in items]
    return ids


def is_whole(client: httpx2.Client, count: int) -> bool:
    """Tell whether the queue is ready and holds so many comments, leased ones included."""
    answer = client.get("/moderation/queue")
    if answer.status_code != 200:
        return False
    status = answer.json()
    return status["state"] == "ready" and status["waiting"] + status["leased"] == count
