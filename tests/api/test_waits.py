"""What readers are told of time: since when an article is closed, and how long a comment usually waits."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.api.texts import DOUBTFUL, KIND
from tests.service import Service


def about(service: Service, article: str) -> dict[str, object]:
    shown: dict[str, object] = service.page(article)["article"]
    return shown


def test_a_closed_article_says_since_when_and_an_opened_one_forgets_it(
    service: Service, admin: httpx2.Client, article: str
) -> None:
    assert "closes_at" not in about(service, article)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    admin.put(f"/articles/{article}", json={"state": "closed"})
    since = about(service, article)["closes_at"]
    assert before <= datetime.fromisoformat(str(since)) <= datetime.now(UTC)
    admin.put(f"/articles/{article}", json={"state": "closed", "title": "Still closed"})
    assert about(service, article)["closes_at"] == since
    admin.put(f"/articles/{article}", json={"state": "open"})
    assert "closes_at" not in about(service, article)
    assert service.post(article, KIND)["status"] == "approved"


def test_an_article_that_closes_at_a_time_says_so_and_takes_nothing_after_it(
    service: Service, admin: httpx2.Client, article: str
) -> None:
    past = "2026-01-02T03:04:05.000Z"
    admin.put(f"/articles/{article}", json={"title": "Past", "closes_at": past})
    assert about(service, article)["closes_at"] == past
    with service.client() as client:
        assert client.post(f"/articles/{article}/comments", json={"body": KIND}).status_code == 409
    admin.put(f"/articles/{article}", json={"title": "Still past"})
    assert about(service, article)["closes_at"] == past


@pytest.mark.parametrize(("decided", "told_s"), [(4, None), (5, 300)])
def test_whoever_waits_is_told_the_usual_wait_where_enough_was_decided(
    service: Service, admin: httpx2.Client, article: str, decided: int, told_s: int | None
) -> None:
    site = f"waits-{article[-12:]}"
    path, query = f"/articles/{article}/comments", {"site": site}
    admin.put(f"/articles/{article}", params=query, json={"state": "premoderated"})
    with service.client() as client:
        for _ in range(decided):
            client.cookies.clear()
            held = client.post(path, params=query, json={"body": KIND}).json()
            said = {"action": "approve", "version": 1}
            assert admin.post(f"/moderation/comments/{held['id']}/decisions", json=said).status_code == 201
        token = client.post("/session", params=query, json={"name": "Ann"}).json()["token"]
    with service.client(token) as ann:
        mine = {"article": article, **query}
        assert ann.get("/me/comments", params=mine).json() == {"items": []}
        assert ann.post(path, params=query, json={"body": DOUBTFUL}).json()["status"] == "pending"
        assert ann.get("/me/comments", params=mine).json().get("usual_wait_s") == told_s
