"""Redis is emptied, killed, hung: people post and read on, and the queue is whole again in seconds.

Ten thousand comments wait. Every service here has its posting rate on, so that Redis is asked with
each post; the rate itself is out of reach.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
import redis

from moderation.live import keys
from tests.conditions import until
from tests.service import Service
from tests.story.acting import Seen, measured, readers, slowest_s
from tests.story.seed import tokens, waiting
from tests.story.sight import is_whole, redis_of, redis_pid, rows

WAITING = 10_000
WHOLE_S = 5.0  # promised from the return of Redis on
POST_S = 1.0  # while Redis hangs; the rate limiter gives up after a quarter of a second


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on whose queue ten thousand comments wait."""
    service = Service(tmp_path_factory.mktemp("crowded"), post_rate="1000000/minute", storm_rate="off")
    waiting(service, "crowded", WAITING)
    service.start()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture
def moderator(crowded: Service) -> Iterator[httpx2.Client]:
    """A moderator who finds the queue whole."""
    with crowded.client(tokens(crowded, "moderator")[0]) as client:
        until(lambda: is_whole(client, pending(crowded)), within_s=20)
        yield client


def test_an_emptied_redis_is_whole_again_within_five_seconds(
    crowded: Service, moderator: httpx2.Client
) -> None:
    with readers(crowded, "flushed") as seen, redis_of(crowded) as server:
        server.flushall()
        measured("whole_s", await_whole(crowded, moderator))
        until(lambda: len(seen) > 20)
    check_went_on(seen)


def test_a_killed_redis_is_whole_again_within_five_seconds_of_its_return(
    crowded: Service, moderator: httpx2.Client
) -> None:
    killed = redis_pid(crowded)
    with readers(crowded, "killed") as seen:
        killed_at_s = time.monotonic()
        os.kill(killed, signal.SIGKILL)
        until(lambda: answers_anew(crowded, killed), within_s=20)
        measured("away_s", round(time.monotonic() - killed_at_s, 3))
        measured("whole_s", await_whole(crowded, moderator))
        until(lambda: len(seen) > 20)
    check_went_on(seen)


def test_what_was_leased_when_redis_was_emptied_waits_again_and_is_decided_once(
    crowded: Service, moderator: httpx2.Client
) -> None:
    card = moderator.post("/moderation/queue:claim", json={"limit": 1}).json()["items"][0]
    with redis_of(crowded) as server:
        server.flushall()
    await_whole(crowded, moderator)
    path = f"/moderation/comments/{card['comment']['id']}/decisions"
    with crowded.client(tokens(crowded, "moderator")[0]) as other:
        again = other.post("/moderation/queue:claim", json={"limit": 1}).json()["items"][0]
        assert again["comment"]["id"] == card["comment"]["id"]
        said = {"action": "approve", "version": card["version"]}
        first = moderator.post(path, json=said | {"lease": card["lease"]["token"]})
        second = other.post(path, json=said | {"lease": again["lease"]["token"]})
    assert (first.status_code, second.status_code) == (201, 409)
    await_whole(crowded, moderator)


def test_a_hung_redis_stops_nobody_from_posting_reading_and_deciding(
    crowded: Service, moderator: httpx2.Client
) -> None:
    card = moderator.post("/moderation/queue:claim", json={"limit": 1}).json()["items"][0]
    with hung(redis_pid(crowded)), readers(crowded, "hung") as seen:
        refused = moderator.post("/moderation/queue:claim", json={"limit": 5})
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) >= 1
        ready = httpx2.get(f"{crowded.url}/readyz", timeout=30)
        assert (ready.status_code, ready.json()["parts"]["redis"]) == (200, "away")
        assert moderator.get("/moderation/queue").json()["state"] == "away"
        began_s = time.monotonic()
        decided = moderator.post(
            f"/moderation/comments/{card['comment']['id']}/decisions",
            json={"action": "approve", "version": card["version"]},
        )
        measured("decision_s", round(time.monotonic() - began_s, 3))
        assert decided.status_code == 201
        held = crowded.post("hung", "My neighbour said kys to the referee, which was not kind.")
        assert held["status"] == "pending"
        until(lambda: len(seen) > 20)
    returned_s = time.monotonic()
    check_went_on(seen)
    assert slowest_s(seen, "post") < POST_S
    await_whole(crowded, moderator)
    with redis_of(crowded) as server:
        until(lambda: server.hexists(keys.lane_of("main"), held["id"]), within_s=WHOLE_S)
        assert not server.hexists(keys.lane_of("main"), card["comment"]["id"])
    measured("whole_s", round(time.monotonic() - returned_s, 3))
    newest = moderator.post("/moderation/queue:claim", json={"limit": 1, "order": "newest"}).json()["items"]
    assert [item["comment"]["id"] for item in newest] == [held["id"]]


def test_an_emptying_amid_the_rebuild_is_noticed_too(crowded: Service, moderator: httpx2.Client) -> None:
    known = keys.lane_of("main")
    with redis_of(crowded) as server:
        server.flushall()
        until(lambda: server.hlen(known) > WAITING // 10, every_s=0.0005)
        server.flushall()
    await_whole(crowded, moderator)


@contextmanager
def hung(pid: int) -> Iterator[None]:
    """Stop a process without ending it."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def pending(service: Service) -> int:
    """Count what SQL says is waiting."""
    return int(rows(service, "SELECT count(*) FROM comment WHERE status = 'pending'")[0][0])


def await_whole(service: Service, moderator: httpx2.Client) -> float:
    """Wait until the queue holds all that waits; return how long it took. Fails after WHOLE_S."""
    began_s = time.monotonic()
    until(lambda: is_whole(moderator, pending(service)), within_s=WHOLE_S)
    return round(time.monotonic() - began_s, 3)


def answers_anew(service: Service, earlier_pid: int) -> bool:
    """Tell whether another server process answers."""
    try:
        return redis_pid(service) != earlier_pid
    except redis.RedisError:
        return False


def check_went_on(seen: list[Seen]) -> None:
    """Nobody was refused; note how long the slowest waited."""
    assert {each.status for each in seen} <= {200, 201}
    for act in ("post", "read"):
        measured(f"slowest {act}", slowest_s(seen, act))
