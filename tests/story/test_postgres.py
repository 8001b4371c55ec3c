"""The same story on PostgreSQL: one process, and two that must tell each other."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from uuid import uuid4

import httpx2
import psutil
import pytest

from moderation.live.server import EmbeddedServer
from tests.conditions import until
from tests.lines import get, hear, line, rest
from tests.service import API, Service
from tests.story.acting import at_once, measured, post_all
from tests.story.conftest import Start
from tests.story.seed import tokens

APPEARS_S = 2.0
KIND = "Thank you for this thoughtful article, I learned a lot about the harbour."
HELD = "My neighbour said kys to referee number {n}, which was not kind."


@pytest.fixture(scope="module")
def pair(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service of two web processes, with a Valkey beside it."""
    folder = tmp_path_factory.mktemp("pair")
    server = EmbeddedServer(folder / "redis")
    server.start()
    try:
        service = Service(
            folder / "service",
            database_url=new_database(),
            redis_url=server.url,
            workers="2",
            port=str(free_port()),
        )
        assert service.run("migrate").returncode == 0
        service.start()
        try:
            yield service
        finally:
            service.stop()
    finally:
        server.stop()


def test_a_database_that_was_not_migrated_is_refused_and_then_serves(
    new_service: Start, new_database: Callable[[], str]
) -> None:
    service = new_service(database_url=new_database())
    refused = service.run("serve", within_s=30)
    assert refused.returncode == 1, refused.stderr
    [sentence] = refused.stderr.splitlines()
    assert "firstword migrate" in sentence

    migrated = service.run("migrate")
    assert (migrated.returncode, migrated.stderr) == (0, "")
    service.start()
    assert service.post("ferry", KIND)["status"] == "approved"
    held = service.post("ferry", HELD.format(n=1))
    assert held["status"] == "pending"
    with service.client(tokens(service, "moderator")[0]) as moderator:
        card = until(lambda: claim(moderator))
        assert card["comment"]["id"] == held["id"]
        decided = moderator.post(
            f"/moderation/comments/{held['id']}/decisions",
            json={"action": "approve", "version": card["version"], "lease": card["lease"]["token"]},
        )
        assert decided.status_code == 201
        found = moderator.get("/moderation/comments", params={"q": "referee", "status": "approved"}).json()
        assert [each["comment"]["id"] for each in found["items"]] == [held["id"]]
    page = service.page("ferry", min_version=2)
    assert page["items"][0]["id"] == held["id"]
    assert page["article"]["comment_count"] == 2


def test_what_one_process_approves_is_on_the_pages_and_streams_of_both(pair: Service) -> None:
    article = f"ferry-{uuid4().hex}"
    pair.post(article, KIND)
    held = pair.post(article, HELD.format(n=1))
    with one_client_each(pair) as (one, other):
        path = f"/articles/{article}/comments"
        assert [len(client.get(path).json()["items"]) for client in (one, other)] == [1, 1]
        one.headers["Authorization"] = f"Bearer {tokens(pair, 'moderator')[0]}"
        with stream(pair, article) as first, stream(pair, article) as second:
            decided = one.post(
                f"/moderation/comments/{held['id']}/decisions", json={"action": "approve", "version": 1}
            )
            began_s = time.monotonic()
            assert decided.status_code == 201
            for client in (one, other):
                until(lambda c=client: len(c.get(path).json()["items"]) == 2, within_s=APPEARS_S)
            measured("on the page of both processes", time.monotonic() - began_s)
            for told in (first, second):
                assert next(told)["id"] == held["id"]
            measured("in both streams", time.monotonic() - began_s)
            assert time.monotonic() - began_s < APPEARS_S


def test_one_key_used_at_once_in_two_processes_makes_one_comment(pair: Service) -> None:
    article = f"twice-{uuid4().hex}"
    path = f"/articles/{article}/comments"
    with one_client_each(pair) as clients:
        for n in range(20):
            said = {"json": {"body": f"{KIND} {n}"}, "headers": {"Idempotency-Key": str(uuid4())}}
            answers = at_once(*(partial(client.post, path, **said) for client in clients))
            assert [answer.status_code for answer in answers] == [201, 201]
            assert len({answer.json()["id"] for answer in answers}) == 1
        until(lambda: clients[0].get(path).json()["article"]["comment_count"] == 20)


def test_of_two_decisions_in_two_processes_one_counts(pair: Service) -> None:
    article = f"race-{uuid4().hex}"
    ids = post_all(pair, article, [HELD.format(n=n) for n in range(20)])
    with one_client_each(pair) as clients:
        for client, token in zip(clients, tokens(pair, "moderator", "moderator"), strict=True):
            client.headers["Authorization"] = f"Bearer {token}"
        for comment_id in ids:
            path = f"/moderation/comments/{comment_id}/decisions"
            said = {"json": {"action": "approve", "version": 1}}
            answers = at_once(*(partial(client.post, path, **said) for client in clients))
            assert sorted(answer.status_code for answer in answers) == [201, 409]
        path = f"/articles/{article}/comments"
        until(lambda: clients[1].get(path).json()["article"]["comment_count"] == len(ids))


def test_posts_and_decisions_of_two_processes_never_block_each_other(pair: Service) -> None:
    articles = [f"busy-{n}-{uuid4().hex}" for n in range(4)]
    held = {article: post_all(pair, article, [HELD.format(n=n) for n in range(12)]) for article in articles}
    with one_client_each(pair) as moderators, one_client_each(pair) as guests:
        for client, token in zip(moderators, tokens(pair, "moderator", "moderator"), strict=True):
            client.headers["Authorization"] = f"Bearer {token}"
        acts = [
            partial(decide_all, client, held, order)
            for client, order in zip(moderators, (articles, articles[::-1]), strict=True)
        ]
        acts += [
            partial(post_on_all, client, order) for client in guests for order in (articles, articles[::-1])
        ]
        assert set().union(*at_once(*acts)) <= {201, 409}


def test_a_program_may_write_its_first_comments_through_two_processes_at_once(pair: Service) -> None:
    articles = [f"program-{n}-{uuid4().hex}" for n in range(6)]
    with one_client_each(pair) as clients:
        for token in tokens(pair, *["reader"] * 10):
            for client in clients:
                client.headers["Authorization"] = f"Bearer {token}"
            acts = (partial(post_on_all, c, articles, times=1) for c in clients)
            assert set().union(*at_once(*acts)) == {201}


def decide_all(client: httpx2.Client, held: dict[str, list[str]], order: list[str]) -> set[int]:
    """Approve each held comment, article by article in turn; return the statuses of the answers."""
    return {
        client.post(
            f"/moderation/comments/{comment_id}/decisions", json={"action": "approve", "version": 1}
        ).status_code
        for turn in zip(*(held[article] for article in order), strict=True)
        for comment_id in turn
    }


def post_on_all(client: httpx2.Client, order: list[str], *, times: int = 12) -> set[int]:
    """Post on each article in turn; return the statuses of the answers."""
    return {
        client.post(f"/articles/{article}/comments", json={"body": f"{KIND} {uuid4()}"}).status_code
        for _ in range(times)
        for article in order
    }


def claim(moderator: httpx2.Client) -> dict[str, object] | None:
    """Claim one comment, if one waits."""
    items = moderator.post("/moderation/queue:claim", json={"limit": 1}).json()["items"]
    return items[0] if items else None


@contextmanager
def one_client_each(service: Service) -> Iterator[list[httpx2.Client]]:
    """Give one client for each web process: connections are opened until every process has one."""
    assert service.process is not None
    found: dict[int, httpx2.Client] = {}
    with ExitStack() as stack:
        for _ in range(200):
            client = stack.enter_context(httpx2.Client(base_url=service.url + API, timeout=30))
            stream = client.get("/me").extensions["network_stream"]
            port = stream.get_extra_info("client_addr")[1]
            found.setdefault(_holder(service.process.pid, port), client)
            if len(found) == 2:
                break
        assert len(found) == 2
        yield list(found.values())


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


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_two_web_processes_are_measured_as_one(pair: Service) -> None:
    def posted() -> float:
        metrics = httpx2.get(f"{pair.url}/metrics").text
        found = re.search(
            r'^firstword_comments_posted_total{status="approved"} (\S+)$', metrics, re.MULTILINE
        )
        return float(found[1]) if found else 0.0

    before = posted()
    for _ in range(12):  # each over a connection of its own: the kernel deals them out
        pair.post("measured", KIND)
    assert {posted() for _ in range(8)} == {before + 12}


def test_two_processes_send_their_streams_away_when_they_stop(
    new_service: Start, new_database: Callable[[], str]
) -> None:
    service = new_service(database_url=new_database(), workers="2", port=str(free_port()))
    assert service.run("migrate").returncode == 0
    service.start()
    with ExitStack() as stack:
        streams = [stack.enter_context(line(service, get(f"{API}/articles/ferry/events"))) for _ in range(20)]
        for each in streams:
            hear(each, b"retry: 2000")
        began_s = time.monotonic()
        assert service.stop() == 0
        measured("stop_of_two_s", time.monotonic() - began_s)
        assert all(b"retry: " in rest(each) for each in streams)
