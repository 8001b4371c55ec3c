"""The same story on PostgreSQL: one process, and two that must tell each other."""

import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from uuid import uuid4

import httpx2

from tests import postgres
from tests.conditions import until
from tests.lines import get, hear, line, rest
from tests.service import API, Service
from tests.story.acting import at_once, measured, post_all
from tests.story.conftest import Start
from tests.story.many import one_client_each, stream
from tests.story.seed import tokens

APPEARS_S = 2.0
KIND = "Thank you for this thoughtful article, I learned a lot about the harbour."
HELD = "My neighbour said kys to referee number {n}, which was not kind."


def test_a_database_that_was_not_migrated_is_refused_and_then_serves(
    new_service: Start, postgres_url: str
) -> None:
    postgres.administer(postgres_url, "CREATE DATABASE unmigrated")
    service = new_service(database_url=f"{postgres_url}/unmigrated")
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
    service = new_service(database_url=new_database(), workers="2").start()
    with ExitStack() as stack:
        streams = [stack.enter_context(line(service, get(f"{API}/articles/ferry/events"))) for _ in range(20)]
        for each in streams:
            hear(each, b"retry: 2000")
        began_s = time.monotonic()
        assert service.stop() == 0
        measured("stop_of_two_s", time.monotonic() - began_s)
        assert all(b"retry: " in rest(each) for each in streams)


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
