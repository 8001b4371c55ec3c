"""The service is killed while people post: what was acknowledged is there, once, and in the queue."""

import random
import time
from collections import Counter

import httpx2
import pytest

from tests.conditions import until
from tests.faults.ledger import differences, read_stored
from tests.service import Service
from tests.story.acting import Crowd, measured
from tests.story.conftest import Start
from tests.story.seed import tokens
from tests.story.sight import all_pages, claimed, is_alive, is_whole, redis_pid, rows

REBUILT_S = 10.0  # a lease of 5 s that the killed relay held has to run out first


def test_a_power_cut_loses_no_acknowledged_comment_and_doubles_none(
    new_service: Start,
) -> None:
    service = new_service().start()
    crowd = kill_amid_posts(service, "ferry", after=80)
    took_s = restart(service)
    measured("restart_s", took_s)
    with service.client(tokens(service, "moderator")[0]) as moderator:
        check_nothing_lost(service, moderator, "ferry", crowd)
        measured("queue_whole_s", await_queue(service, moderator))
        pending = {each["id"] for each in crowd.ledger.posted.values() if each["status"] == "pending"}
        assert pending
        check_claims(service, moderator, pending)
        crowd.retry()
        check_each_once(moderator, "ferry", crowd)


@pytest.mark.prove
def test_twenty_power_cuts_lose_no_acknowledged_comment(new_service: Start) -> None:
    service = new_service().start()
    chance = random.Random(20)  # noqa: S311 - moments, not secrets
    token = tokens(service, "moderator")[0]
    pending: set[str] = set()
    for round_number in range(20):
        article = f"ferry-{round_number}"
        crowd = kill_amid_posts(service, article, after=chance.randrange(1, 150))
        restart(service)
        with service.client(token) as moderator:
            check_nothing_lost(service, moderator, article, crowd)
            crowd.retry()
            check_each_once(moderator, article, crowd)
            await_queue(service, moderator)
        pending |= {each["id"] for each in crowd.ledger.posted.values() if each["status"] == "pending"}
    with service.client(token) as moderator:
        check_claims(service, moderator, pending)


def test_a_stop_in_good_order_answers_or_refuses_every_post_and_leaves_no_process(
    new_service: Start,
) -> None:
    service = new_service().start()
    server = redis_pid(service)
    crowd = Crowd(service, "ferry").start()
    until(lambda: len(crowd.ledger.posted) >= 30, within_s=30)
    service.stop()
    crowd.join()
    assert set(crowd.refused) <= {503}
    assert not is_alive(server)
    service.start()
    with service.client(tokens(service, "moderator")[0]) as moderator:
        check_nothing_lost(service, moderator, "ferry", crowd)


def kill_amid_posts(service: Service, article: str, *, after: int) -> Crowd:
    """Kill the service once so many posts are acknowledged, more being on their way."""
    server = redis_pid(service)
    crowd = Crowd(service, article).start()
    until(lambda: len(crowd.ledger.posted) >= after, within_s=60)
    service.kill()
    crowd.join()
    assert crowd.refused == []
    until(lambda: not is_alive(server), within_s=5)  # no orphan
    return crowd


def restart(service: Service) -> float:
    """Start again on the same folder; return how long it took."""
    began_s = time.monotonic()
    service.start()
    return time.monotonic() - began_s


def await_queue(service: Service, moderator: httpx2.Client) -> float:
    """Wait until the queue holds what SQL says is waiting; return how long it took."""
    began_s = time.monotonic()
    count = rows(service, "SELECT count(*) FROM comment WHERE status = 'pending'")[0][0]
    until(lambda: is_whole(moderator, count), within_s=REBUILT_S)
    return time.monotonic() - began_s


def check_nothing_lost(service: Service, moderator: httpx2.Client, article: str, crowd: Crowd) -> None:
    """Every acknowledged comment is there as it was acknowledged; the page counts the approved ones."""
    cards, _ = all_pages(moderator, "/moderation/comments", article=article)
    found = {card["comment"]["id"]: card["comment"] for card in cards}
    for comment in crowd.ledger.posted.values():
        stored = found[comment["id"]]
        assert (stored["body"], stored["status"]) == (comment["body"], comment["status"])
    assert differences(crowd.ledger, read_stored(service)) == []
    assert max(Counter(each["body"] for each in found.values()).values()) == 1
    approved = {each["id"] for each in found.values() if each["status"] == "approved"}
    shown, page = all_pages(moderator, f"/articles/{article}/comments", sort="oldest")
    assert {each["id"] for each in shown} == approved
    assert page["article"]["comment_count"] == len(approved)
    counted = moderator.get("/counts", params={"article": article}).json()["counts"]
    assert counted == {article: len(approved)}


def check_each_once(moderator: httpx2.Client, article: str, crowd: Crowd) -> None:
    """What was tried again with its key is there exactly once, acknowledged before the kill or not."""
    cards, _ = all_pages(moderator, "/moderation/comments", article=article)
    assert sorted(card["comment"]["body"] for card in cards) == sorted(crowd.ledger.tried.values())


def check_claims(service: Service, moderator: httpx2.Client, pending: set[str]) -> None:
    """Each acknowledged pending comment is handed out, none twice."""
    handed_out = claimed(moderator, order="oldest")
    assert len(handed_out) == len(set(handed_out))
    assert pending <= set(handed_out)
    counted = rows(service, "SELECT count(*) FROM comment WHERE status = 'pending'")[0][0]
    assert len(handed_out) == counted
