"""Several processes on PostgreSQL and Valkey: one relay, and whoever dies is replaced without a loss."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from starlette.testclient import TestClient

from moderation.actions import pages, registry
from moderation.app import build
from moderation.domain.roles import Role
from moderation.live.server import EmbeddedServer
from moderation.settings import Settings
from tests import postgres, redis_cluster
from tests.conditions import until
from tests.service import API, START_S, Service
from tests.story.acting import Crowd, measured
from tests.story.conftest import Start
from tests.story.many import answering, kill, one_client_each, relay_process, stream, worker
from tests.story.seed import database_of, tokens
from tests.story.sight import claimed, is_alive, is_whole
from tests.story.teaching import promote
from tests.story.test_crash import check_each_once, check_nothing_lost

TAKEN_OVER_S = 10.0
PROMOTED_S = 5.0
KIND = "Thank you for this thoughtful article, I learned a lot about the harbour."
MODERATORS: tuple[Role, ...] = ("moderator", "moderator")
HELD = "My neighbour said kys to referee number {n}, which was not kind."


@pytest.fixture(scope="module")
def lasting(
    new_database: Callable[[], str], valkey: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service of two web processes."""
    settings = {"database_url": new_database(), "redis_url": f"{valkey.url}?db=1", "workers": "2"}
    service = Service(tmp_path_factory.mktemp("many"), **settings)
    yield service
    if service.process:
        service.stop()


@pytest.fixture
def breakable(lasting: Service) -> Service:
    """The same, of which a test may kill any process; each test finds it whole."""
    if lasting.process is None or lasting.process.poll() is not None:
        lasting.start()
    until(lambda: len(answering(lasting)) == 2, within_s=START_S)
    return lasting


@pytest.mark.parametrize("victim", ["relay", "other"])
def test_a_killed_process_is_replaced_nothing_is_lost_and_nothing_handed_out_twice(
    breakable: Service, victim: str
) -> None:
    article = f"ferry-{victim}"
    relay = until(lambda: relay_process(breakable))
    web = answering(breakable)
    killed = relay if victim == "relay" else (web - {relay}).pop()
    with claiming(breakable) as handed_out:
        crowd = Crowd(breakable, article).start()
        until(lambda: len(crowd.ledger.posted) >= 80, within_s=60)
        kill(killed)
        killed_at_s = time.monotonic()
        until(lambda: relay_process(breakable) not in {0, killed}, within_s=TAKEN_OVER_S)
        measured(f"relay after the death of the {victim}", time.monotonic() - killed_at_s)
        until(lambda: len(answering(breakable) - {killed}) == 2, within_s=START_S)
        measured("both processes answer", time.monotonic() - killed_at_s)
        crowd.stop()
        assert crowd.refused == []
        with breakable.client(tokens(breakable, "moderator")[0]) as moderator:
            check_nothing_lost(breakable, moderator, article, crowd)
            crowd.retry()
            check_each_once(moderator, article, crowd)
            until(lambda: is_whole(moderator, pending(breakable)), within_s=TAKEN_OVER_S)
            # What the killed one claimed for somebody whom it did not answer waits for its lease to end.
            until(lambda: moderator.get("/moderation/queue").json()["waiting"] == 0)
    assert len(handed_out) == len(set(handed_out))
    assert set(handed_out) <= {
        each["id"] for each in crowd.ledger.posted.values() if each["status"] == "pending"
    }


def test_what_a_killed_web_process_acknowledged_is_carried_to_the_queue_by_a_worker(
    new_service: Start, new_database: Callable[[], str], valkey: EmbeddedServer
) -> None:
    service = new_service(database_url=new_database(), redis_url=f"{valkey.url}?db=2").start()
    assert service.process is not None
    until(lambda: relay_process(service) == service.process.pid)
    with worker(service) as helper:
        held = [service.post("ferry", HELD.format(n=n))["id"] for n in range(20)]
        service.kill()
        until(lambda: relay_process(service) == helper, within_s=TAKEN_OVER_S)
        service.start()
        assert relay_process(service) == helper
        more = service.post("ferry", HELD.format(n=20))["id"]
        with service.client(tokens(service, "moderator")[0]) as moderator:
            until(lambda: is_whole(moderator, 21))
            assert sorted(claimed(moderator)) == sorted([*held, more])
    until(lambda: relay_process(service) == service.process.pid)  # given back, not waited for


def test_a_process_that_dies_while_the_database_is_away_is_replaced_when_that_returns(
    breakable: Service, postgres_url: str
) -> None:
    name = breakable.environment["FIRSTWORD_DATABASE_URL"].rpartition("/")[2]
    killed, neighbour = answering(breakable)
    log = breakable.data_dir / "stderr.txt"
    postgres.administer(postgres_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    try:
        with psycopg.connect(f"{postgres_url}/postgres") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
        kill(killed)
        until(lambda: log.read_text().count("worker_refused") >= 2, within_s=START_S)
    finally:
        postgres.administer(postgres_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    until(lambda: len(found := answering(breakable)) == 2 and neighbour in found, within_s=START_S)
    assert breakable.post("returned", KIND)["status"] == "approved"


def test_a_service_whose_first_process_is_killed_leaves_none_behind_and_starts_again(
    breakable: Service,
) -> None:
    web = answering(breakable)
    port = breakable.url.rpartition(":")[2]
    breakable.post("bridge", KIND)
    breakable.kill()
    until(lambda: not any(map(is_alive, web)))
    breakable.environment["FIRSTWORD_PORT"] = port
    breakable.start()
    assert breakable.page("bridge")["article"]["comment_count"] == 1


def test_a_stop_ends_streams_and_processes_in_good_order(breakable: Service) -> None:
    web = answering(breakable)
    crowd = Crowd(breakable, "stop").start()
    with stream(breakable, "stop") as told:
        next(told)
        until(lambda: len(crowd.ledger.posted) >= 30, within_s=30)
        asked_at_s = time.monotonic()
        assert breakable.stop() == 0
        measured("stopped", time.monotonic() - asked_at_s)
    crowd.join()
    assert set(crowd.refused) <= {503}
    assert not any(map(is_alive, web))
    breakable.start()
    with breakable.client(tokens(breakable, "moderator")[0]) as moderator:
        check_nothing_lost(breakable, moderator, "stop", crowd)


def test_a_promoted_model_and_its_rollback_are_in_every_process_within_seconds(
    breakable: Service, base: Path
) -> None:
    with one_client_each(breakable) as clients, database_of(breakable) as (_, writer):
        for client in clients:
            client.headers["Authorization"] = f"Bearer {tokens(breakable, 'scorer')[0]}"
        [shipped] = set(map(model_of, clients))
        promote(breakable, base)
        promoted_at_s = time.monotonic()
        for client in clients:
            until(lambda client=client: model_of(client) == base.name, within_s=PROMOTED_S)
        measured("promoted everywhere", time.monotonic() - promoted_at_s)
        registry.rollback(writer, made_by="test")
        for client in clients:
            until(lambda client=client: model_of(client) == shipped, within_s=PROMOTED_S)


def test_pages_of_another_process_end_through_the_bus_alone(
    breakable: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process a page asks SQL only when it was told of a newer version: nothing else may tell it."""
    monkeypatch.setattr(pages, "RECHECK_S", 3600.0)
    names = {"database_url", "redis_url", "data_dir"}
    given = {name: breakable.environment[f"FIRSTWORD_{name.upper()}"] for name in names}
    with TestClient(build(Settings(**given))) as here:  # type: ignore[arg-type]
        path = f"{API}/articles/bus/comments"
        assert here.get(path).json()["items"] == []
        for number in range(1, 4):
            breakable.post("bus", f"{KIND} {number}")
            until(lambda number=number: len(here.get(path).json()["items"]) == number)


def test_two_processes_work_on_a_redis_cluster(
    new_service: Start, new_database: Callable[[], str], tmp_path: Path
) -> None:
    with redis_cluster.running(tmp_path / "cluster") as cluster:
        service = new_service(
            workers="2", database_url=new_database(), redis_url=cluster.url, post_rate="8/minute"
        )
        service.start()
        until(lambda: httpx2.get(f"{service.url}/readyz").json()["parts"]["redis"] == "ok")
        with one_client_each(service) as clients, stream(service, "ferry") as told:
            path = "/articles/ferry/comments"
            held = clients[0].post(path, json={"body": HELD.format(n=1)}).json()
            shown = clients[1].post(path, json={"body": KIND}).json()
            assert next(told)["id"] == shown["id"]
            for client in clients:
                until(lambda client=client: len(client.get(path).json()["items"]) == 1)
                client.headers["Authorization"] = f"Bearer {tokens(service, 'moderator')[0]}"
            [card] = until(lambda: claim(clients[1]))
            assert card["comment"]["id"] == held["id"]
            decided = clients[0].post(
                f"/moderation/comments/{held['id']}/decisions",
                json={"action": "approve", "version": card["version"], "lease": card["lease"]["token"]},
            )
            assert decided.status_code == 201
            assert next(told)["id"] == held["id"]
            until(lambda: is_whole(clients[1], 0))
            for client in clients:
                del client.headers["Authorization"]
            statuses = [clients[n % 2].post(path, json={"body": f"{KIND} {n}"}).status_code for n in range(8)]
            assert statuses == [201] * 6 + [429] * 2


@contextmanager
def claiming(service: Service) -> Iterator[list[str]]:
    """Let two moderators claim for as long as the context lasts; give what they are handed out."""
    handed_out: list[str] = []
    is_over = threading.Event()

    def claim_on(token: str) -> None:
        with service.client(token) as client:
            while not is_over.is_set():
                try:
                    handed_out.extend(item["comment"]["id"] for item in claim(client, limit=3))
                except httpx2.TransportError:
                    continue  # its process was killed

    threads = [threading.Thread(target=claim_on, args=(each,)) for each in tokens(service, *MODERATORS)]
    for thread in threads:
        thread.start()
    try:
        yield handed_out
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def claim(moderator: httpx2.Client, limit: int = 1) -> list[dict[str, Any]]:
    """Claim what waits."""
    answer = moderator.post("/moderation/queue:claim", json={"limit": limit})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def model_of(scorer: httpx2.Client) -> str:
    """Return the model that a process answers with."""
    return str(scorer.post("/score", json={"texts": [KIND]}).json()["model"])


def pending(service: Service) -> int:
    """Count what SQL says is waiting."""
    with psycopg.connect(service.environment["FIRSTWORD_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM comment WHERE status = 'pending'").fetchone()
    assert row is not None
    return int(row[0])
