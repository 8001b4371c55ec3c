"""Two people at the same instant: one of them wins, and SQL holds one row of it."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.conditions import until
from tests.service import Service
from tests.story.acting import at_once, post_all
from tests.story.seed import tokens
from tests.story.sight import claimed, key, rows

ROUNDS = 25
HELD = "My neighbour said kys to referee number {n}, which was not kind."
KIND = "Thank you for this thoughtful article, I learned a lot about the harbour."


@pytest.fixture(scope="module")
def moderators(service: Service) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """Two moderators, each with a token and a connection of their own."""
    first, second = tokens(service, "moderator", "moderator")
    with service.client(first) as one, service.client(second) as other:
        yield one, other


@pytest.fixture
def site(service: Service) -> str:
    """A site, and so a queue, that no other test uses."""
    name = f"site-{uuid4().hex[:8]}"
    with service.client(tokens(service, "admin")[0]) as admin:
        assert admin.put("/articles/race", params={"site": name}, json={}).status_code == 200
    return name


def held(service: Service, site: str, count: int) -> list[str]:
    """Let comments wait on a site; return their ids."""
    return post_all(service, "race", [HELD.format(n=n) for n in range(count)], site=site)


def test_of_two_decisions_at_the_same_instant_one_counts(
    service: Service, moderators: tuple[httpx2.Client, httpx2.Client], site: str
) -> None:
    one, other = moderators
    approved = 0
    for comment_id in held(service, site, ROUNDS):
        path = f"/moderation/comments/{comment_id}/decisions"
        answers = at_once(
            partial(one.post, path, json={"action": "approve", "version": 1}),
            partial(other.post, path, json={"action": "reject", "version": 1, "reason": "insult"}),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        winner = next(answer.json() for answer in answers if answer.status_code == 201)
        written = rows(
            service,
            "SELECT action, status_after, version FROM decision WHERE comment_id = ? AND actor = 'moderator'",
            key(comment_id),
        )
        assert written == [(winner["decision"]["action"], winner["comment"]["status"], 2)]
        stored = rows(service, "SELECT status, version FROM comment WHERE id = ?", key(comment_id))
        assert stored == [(winner["comment"]["status"], 2)]
        approved += winner["comment"]["status"] == "approved"
    assert page_count(one, site) == approved


def test_a_decision_is_undone_once(
    service: Service, moderators: tuple[httpx2.Client, httpx2.Client], site: str
) -> None:
    one, other = moderators
    for comment_id in held(service, site, 5):
        decided = decide(one, comment_id, "approve")
        path = f"/moderation/decisions/{decided['decision']['id']}:undo"
        answers = at_once(partial(one.post, path), partial(other.post, path))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        stored = rows(service, "SELECT status, version FROM comment WHERE id = ?", key(comment_id))
        assert stored == [("pending", 3)]
    assert page_count(one, site) == 0


def test_a_comment_withdrawn_while_it_is_approved_is_not_shown(
    service: Service, moderators: tuple[httpx2.Client, httpx2.Client], site: str
) -> None:
    one, _ = moderators
    with service.client() as guest:
        token = guest.post("/session", params={"site": site}, json={"name": "Ann"}).json()["token"]
    with service.client(token) as author:
        for n in range(5):
            posted = author.post(
                "/articles/race/comments", params={"site": site}, json={"body": HELD.format(n=n)}
            )
            comment_id = posted.json()["id"]
            withdrawn, decided = at_once(
                partial(author.delete, f"/comments/{comment_id}"),
                partial(
                    one.post,
                    f"/moderation/comments/{comment_id}/decisions",
                    json={"action": "approve", "version": 1},
                ),
            )
            assert withdrawn.status_code == 204
            assert decided.status_code in {201, 409}
            stored = rows(service, "SELECT status FROM comment WHERE id = ?", key(comment_id))
            assert stored == [("withdrawn",)]
    assert page_count(one, site) == 0


def test_eight_moderators_who_claim_at_once_never_hold_the_same_comment(service: Service, site: str) -> None:
    waiting = held(service, site, 200)
    clients = [service.client(token) for token in tokens(service, *["moderator"] * 8)]
    in_queue = partial(clients[0].get, "/moderation/queue", params={"site": site})
    until(lambda: in_queue().json()["waiting"] == len(waiting))
    for client in clients:
        client.params = {"site": site}
    orders = ("priority", "oldest", "newest", "priority")
    handed_out = at_once(
        *(
            partial(claimed, client, limit=limit, order=order)
            for client, limit, order in zip(clients, range(3, 11), orders * 2, strict=True)
        )
    )
    all_ids = [comment_id for ids in handed_out for comment_id in ids]
    assert sorted(all_ids) == sorted(waiting)
    assert sum(bool(ids) for ids in handed_out) > 1  # it was a race
    for client in clients:
        client.close()


def test_one_key_used_twice_at_once_makes_one_comment(service: Service) -> None:
    article = f"twice-{uuid4().hex}"
    path, headers = f"/articles/{article}/comments", {"Idempotency-Key": str(uuid4())}
    with service.client() as one, service.client() as other:
        answers = at_once(
            *(partial(c.post, path, json={"body": KIND}, headers=headers) for c in (one, other))
        )
        assert [answer.status_code for answer in answers] == [201, 201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert service.page(article)["article"]["comment_count"] == 1
        changed = one.post(path, json={"body": KIND + " Thank you!"}, headers=headers)
    check_other_body(changed)


def test_one_key_used_twice_at_once_makes_one_decision(
    service: Service, moderators: tuple[httpx2.Client, httpx2.Client], site: str
) -> None:
    one, _ = moderators
    [comment_id] = held(service, site, 1)
    path = f"/moderation/comments/{comment_id}/decisions"
    headers, said = {"Idempotency-Key": str(uuid4())}, {"action": "approve", "version": 1}
    answers = at_once(*[partial(one.post, path, json=said, headers=headers)] * 2)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["decision"]["id"] for answer in answers}) == 1
    written = rows(
        service,
        "SELECT count(*) FROM decision WHERE comment_id = ? AND actor = 'moderator'",
        key(comment_id),
    )
    assert written == [(1,)]
    changed = one.post(path, json=said | {"action": "reject", "reason": "insult"}, headers=headers)
    check_other_body(changed)


def decide(client: httpx2.Client, comment_id: str, action: str, *, version: int = 1) -> dict[str, Any]:
    """Decide a comment; return the answer."""
    answer = client.post(
        f"/moderation/comments/{comment_id}/decisions", json={"action": action, "version": version}
    )
    assert answer.status_code == 201, answer.text
    decided: dict[str, Any] = answer.json()
    return decided


def page_count(client: httpx2.Client, site: str) -> int:
    """Return how many comments the page says and shows; both must agree."""
    page = client.get("/articles/race/comments", params={"site": site, "limit": 200, "sort": "oldest"}).json()
    assert page["article"]["comment_count"] == len(page["items"])
    return len(page["items"])


def check_other_body(answer: httpx2.Response) -> None:
    """The same key with another body is refused by its name."""
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["Idempotency-Key"]
