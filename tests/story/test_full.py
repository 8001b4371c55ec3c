"""The writer stands still and more posts come than it may hold: they are refused, and reading goes on."""

import asyncio
import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from moderation.store.writer import CAPACITY, GROUP
from tests.api.texts import KIND
from tests.conditions import until
from tests.lines import get, hear, line, measure
from tests.service import API, Service
from tests.story.conftest import Start
from tests.story.sight import rows

POSTS = CAPACITY + 2 * GROUP + 100
WAITING = 60  # of each kind: more than there are threads


@pytest.fixture
def _many_files() -> Iterator[None]:
    """Let this process hold a connection a post."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, POSTS + 1000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def standing_still(service: Service) -> Iterator[None]:
    """Hold the lock of the database, as a program does that forgot its transaction."""
    with closing(sqlite3.connect(service.data_dir / "firstword.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.usefixtures("_many_files")
def test_a_full_writer_refuses_posts_while_pages_counts_and_streams_go_on(new_service: Start) -> None:
    service = new_service().start()
    service.post("read", KIND)
    with line(service, get(f"{API}/articles/read/events")) as stream:
        hear(stream, b"retry: 2000")
        heads = asyncio.run(flood(service))
        refused = [head for head in heads if head.startswith(b"HTTP/1.1 503")]
        posted = [head for head in heads if head.startswith(b"HTTP/1.1 201")]
        assert len(refused) + len(posted) == POSTS
        assert len(refused) >= POSTS - CAPACITY - 2 * GROUP
        assert all(b"\r\nretry-after: " in head for head in refused)
        assert rows(service, "SELECT count(*) FROM comment")[0][0] == len(posted) + 1
        service.post("read", f"{KIND} The flood is over.")
        hear(stream, b"event: comment.published")


async def flood(service: Service) -> list[bytes]:
    """Post until refused, then read, then let the writer go on; return the heads of all answers to posts."""
    refused = asyncio.Event()
    with standing_still(service):
        posts = [asyncio.create_task(post(service, number, refused)) for number in range(POSTS)]
        async with asyncio.timeout(60):
            await refused.wait()
            await asyncio.to_thread(read_on, service)
    return await asyncio.gather(*posts)


def test_staff_and_newcomers_who_wait_for_the_writer_hold_up_nobody_who_reads(new_service: Start) -> None:
    service = new_service().start()
    service.post("read", KIND)
    assert asyncio.run(stand_in_line(service, service.token("admin"))) == {b"200", b"201"}


async def stand_in_line(service: Service, admin: str) -> set[bytes]:
    """Let many wait for the writer and read meanwhile; return what those were answered that waited."""
    with standing_still(service):
        asked = [asyncio.create_task(ask(service, *each)) for each in waiting(admin)]
        await asyncio.to_thread(until, lambda: measure(service, "firstword_writer_waiting") > WAITING)
        await asyncio.to_thread(read_on, service)
        assert not any(each.done() for each in asked)
    return {head[9:12] for head in await asyncio.gather(*asked)}


def waiting(admin: str) -> Iterator[tuple[str, str, dict[str, str], str]]:
    """Give what staff and newcomers ask that waits for the writer."""
    for number in range(WAITING):
        yield "PUT", f"/articles/waits-{number}", {"title": "It waits"}, f"Authorization: Bearer {admin}"
        yield "POST", "/session", {"name": "Ann"}, "X-Nothing: here"


def read_on(service: Service) -> None:
    """Read what is cached, what is not, counts, and whether the service lives."""
    with service.client() as client:
        for number in range(20):
            for path in (
                "/articles/read/comments",
                f"/articles/nobody-{number}/comments",
                f"/counts?article=read&article=other-{number}",
            ):
                assert client.get(path).status_code == 200, path
        assert client.get(f"{service.url}/healthz").status_code == 200


async def post(service: Service, number: int, refused: asyncio.Event) -> bytes:
    """Post a comment; return the answer's head."""
    said = {"body": f"{KIND} Walk {number}."}
    head = await ask(service, "POST", f"/articles/flood-{number % 50}/comments", said, "X-Nothing: here")
    if head.startswith(b"HTTP/1.1 503"):
        refused.set()
    return head


async def ask(service: Service, method: str, path: str, said: dict[str, str], header: str) -> bytes:
    """Send JSON on a connection of its own; return the answer's head."""
    body = json.dumps(said).encode()
    head = f"{method} {API}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", int(service.url.rsplit(":", 1)[1]))
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    writer.write(body)
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer
