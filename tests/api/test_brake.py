"""The panic switch and slow mode: seen at once, told on the page, over by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.api.texts import KIND
from tests.conditions import until
from tests.service import Service


@pytest.fixture
def site(admin: httpx2.Client) -> str:
    """A site of its own: its brake slows nobody else down."""
    name = f"braked-{uuid4().hex[:8]}"
    assert admin.put("/articles/first", params={"site": name}, json={"title": "First"}).status_code == 200
    return name


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat(timespec="milliseconds")


def pull(moderator: httpx2.Client, site: str, kind: str, **more: Any) -> dict[str, Any]:
    said = {"kind": kind, "until": later(hours=1)} | more
    answer = moderator.post("/moderation/brake", params={"site": site}, json=said)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def post(client: httpx2.Client, site: str, article: str = "first", body: str = KIND) -> httpx2.Response:
    return client.post(f"/articles/{article}/comments", params={"site": site}, json={"body": body})


def state(service: Service, site: str, article: str = "first") -> str:
    return str(service.page(article, site=site)["article"]["state"])


def test_a_brake_on_a_site_closes_every_article_and_is_released(
    service: Service, moderator: httpx2.Client, anyone: httpx2.Client, site: str
) -> None:
    assert (state(service, site), state(service, site, "unknown")) == ("open", "open")
    made = pull(moderator, site, "close")
    assert (state(service, site), state(service, site, "unknown")) == ("closed", "closed")
    for article in ("first", "unknown"):
        refused = post(anyone, site, article)
        assert refused.status_code == 409
        assert "closed for the moment" in refused.json()["detail"]
        preview = anyone.post(
            f"/articles/{article}/comments:preview", params={"site": site}, json={"body": KIND}
        )
        assert preview.status_code == 409
    assert "closed" in httpx2.get(f"{service.url}/a/{site}/first").text
    assert moderator.get("/moderation/brake", params={"site": site}).json()["items"] == [made]
    released = moderator.delete(f"/moderation/brake/{made['id']}", params={"site": site})
    assert released.status_code == 204
    assert state(service, site) == "open"
    assert post(anyone, site).status_code == 201
    assert moderator.delete(f"/moderation/brake/{made['id']}", params={"site": site}).status_code == 404
    assert moderator.get("/moderation/brake", params={"site": site}).json()["items"] == []


def test_a_brake_on_an_article_lets_everything_wait_there_and_nowhere_else(
    service: Service, moderator: httpx2.Client, anyone: httpx2.Client, site: str
) -> None:
    pull(moderator, site, "premoderate", article="hot/one")
    assert state(service, site, "hot/one") == "premoderated"
    held = post(anyone, site, "hot%2Fone").json()
    assert held["status"] == "pending"
    assert {each["code"] for each in held["reasons"]} == {"premoderated"}
    assert post(anyone, site).json()["status"] == "approved"


def test_a_brake_ends_by_itself(
    service: Service, moderator: httpx2.Client, anyone: httpx2.Client, site: str
) -> None:
    pull(moderator, site, "close", until=later(seconds=1.5))
    assert state(service, site) == "closed"
    until(lambda: state(service, site) == "open")
    assert post(anyone, site).status_code == 201
    assert moderator.get("/moderation/brake", params={"site": site}).json()["items"] == []


def test_slow_mode_asks_each_reader_to_pause_and_says_how_long(
    service: Service, admin: httpx2.Client, moderator: httpx2.Client, site: str
) -> None:
    where = {"site": site}
    assert admin.put("/articles/first", params=where, json={"pause_s": 120}).json()["pause_s"] == 120
    with service.client() as client:
        tokens = [
            client.post("/session", params=where, json={"name": name}).json()["token"]
            for name in ("Ann", "Bea")
        ]
    with service.client(tokens[0]) as ann, service.client(tokens[1]) as bea:
        assert post(ann, site).status_code == 201
        hasty = post(ann, site, body=f"{KIND} Again.")
        assert hasty.status_code == 429
        assert 110 <= int(hasty.headers["retry-after"]) <= 120
        assert "slow mode" in hasty.json()["detail"]
        assert post(bea, site).status_code == 201
        assert post(ann, site, "another").status_code == 201
        assert admin.put("/articles/first", params=where, json={"pause_s": 1}).status_code == 200
        until(lambda: post(ann, site, body=f"{KIND} Later.").status_code == 201)
    assert post(moderator, site).status_code == 201
    assert post(moderator, site, body=f"{KIND} At once.").status_code == 201


def test_slow_mode_may_be_a_brake(service: Service, moderator: httpx2.Client, site: str) -> None:
    pull(moderator, site, "slow", pause_s=300)
    with service.client() as client:
        token = client.post("/session", params={"site": site}, json={"name": "Ann"}).json()["token"]
    with service.client(token) as ann:
        assert post(ann, site).status_code == 201
        assert service.page("first", site=site)["article"]["pause_s"] == 300
        assert post(ann, site, body=f"{KIND} Again.").status_code == 429


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "close"}, "until"),
        ({"kind": "close", "until": later(seconds=-5)}, "until"),
        ({"kind": "close", "until": later(days=31)}, "until"),
        ({"kind": "close", "until": "tomorrow"}, "until"),
        ({"kind": "slow", "until": later(hours=1)}, "pause_s"),
        ({"kind": "slow", "until": later(hours=1), "pause_s": 86_401}, "pause_s"),
        ({"kind": "close", "until": later(hours=1), "pause_s": 5}, "pause_s"),
        ({"kind": "panic", "until": later(hours=1)}, "kind"),
        ({"kind": "close", "until": later(hours=1), "article": " "}, "article_id"),
    ],
)
def test_a_brake_that_could_not_work_is_refused_by_name(
    moderator: httpx2.Client, site: str, said: dict[str, Any], field: str
) -> None:
    answer = moderator.post("/moderation/brake", params={"site": site}, json=said)
    assert answer.status_code == 422
    assert field in {each["field"] for each in answer.json()["errors"]}
    assert moderator.get("/moderation/brake", params={"site": site}).json()["items"] == []


def test_the_brake_is_for_moderators(service: Service, anyone: httpx2.Client, site: str) -> None:
    said = {"kind": "close", "until": later(hours=1)}
    assert anyone.post("/moderation/brake", params={"site": site}, json=said).status_code == 401
    with service.client(service.reader()) as reader:
        assert reader.post("/moderation/brake", params={"site": site}, json=said).status_code == 403
        assert reader.get("/moderation/brake", params={"site": site}).status_code == 403
