"""Moderating: claim, look, decide, undo; who may, and who was faster."""

from typing import Any

import httpx2
import pytest

from tests.api.texts import DOUBTFUL, KIND, NASTY
from tests.conditions import until
from tests.service import Service
from tests.story.sight import rows


def claim(moderator: httpx2.Client, comment_id: str) -> dict[str, Any]:
    """Claim until the comment is among what was handed out; give the others back."""

    def found() -> dict[str, Any] | None:
        for card in moderator.post("/moderation/queue:claim", json={"limit": 50}).json()["items"]:
            moderator.post(f"/moderation/leases/{card['lease']['token']}:release")
            if card["comment"]["id"] == comment_id:
                wanted: dict[str, Any] = card
                return wanted
        return None

    return until(found)


def test_a_card_has_all_that_helps_to_decide(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    parent = service.post(article, KIND)
    held = service.post(article, f"{DOUBTFUL} What an idiot.", parent_id=parent["id"], author={"name": "Bo"})
    card = claim(moderator, held["id"])
    assert card["comment"]["body"].startswith("My neighbour")
    assert card["article"]["id"] == article
    assert [each["id"] for each in card["context"]] == [parent["id"]]
    assert (card["author"]["name"], card["author"]["approved"]) == ("Bo", 0)
    assert card["scores"].keys() >= {"toxicity", "spam"}
    assert "suspect_word" in {reason["code"] for reason in card["reasons"]}
    body = card["comment"]["body"]
    marked = {body[span["begin"] : span["end"]].lower() for span in card["highlights"]}
    assert any("idiot" in words for words in marked)


def test_an_approved_comment_appears_and_an_undo_takes_it_back(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    held = service.post(article, DOUBTFUL)
    card = claim(moderator, held["id"])
    decided = moderator.post(
        f"/moderation/comments/{held['id']}/decisions",
        json={"action": "approve", "version": card["version"], "lease": card["lease"]["token"]},
    )
    assert decided.status_code == 201
    assert [each["id"] for each in service.page(article)["items"]] == [held["id"]]
    undone = moderator.post(f"/moderation/decisions/{decided.json()['decision']['id']}:undo")
    assert undone.status_code == 201
    assert undone.json()["decision"]["undoes"] == decided.json()["decision"]["id"]
    assert service.page(article)["items"] == []
    assert claim(moderator, held["id"])["version"] == card["version"] + 2
    again = moderator.post(f"/moderation/decisions/{decided.json()['decision']['id']}:undo")
    assert again.status_code == 409


def test_whoever_comes_second_hears_conflict_and_writes_nothing(
    service: Service, moderator: httpx2.Client, admin: httpx2.Client, article: str
) -> None:
    held = service.post(article, DOUBTFUL)
    decision = {"action": "reject", "reason": "insult", "version": 1}
    first = moderator.post(f"/moderation/comments/{held['id']}/decisions", json=decision)
    second = admin.post(
        f"/moderation/comments/{held['id']}/decisions", json={"action": "approve", "version": 1}
    )
    assert (first.status_code, second.status_code) == (201, 409)
    assert admin.get(f"/comments/{held['id']}").json()["status"] == "rejected"


def test_deferring_keeps_it_waiting_and_escalating_moves_it(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    held = service.post(article, DOUBTFUL)
    address = f"/moderation/comments/{held['id']}/decisions"
    deferred = moderator.post(address, json={"action": "defer", "version": 1}).json()
    assert (deferred["comment"]["status"], deferred["version"]) == ("pending", 2)
    moderator.post(address, json={"action": "escalate", "version": 2})

    def escalated() -> bool:
        cards = moderator.post("/moderation/queue:claim", json={"limit": 50, "lane": "escalated"}).json()
        return held["id"] in {card["comment"]["id"] for card in cards["items"]}

    assert until(escalated)


def test_a_refused_comment_can_be_found_and_published(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    refused = service.post(article, NASTY)
    found = moderator.get(
        "/moderation/comments",
        params={
            "status": "rejected",
            "article": article,
            "q": "WORTHLESS",
            "label": "toxicity",
            "min_score": "0.5",
        },
    ).json()
    assert [card["comment"]["id"] for card in found["items"]] == [refused["id"]]
    card = found["items"][0]
    decided = moderator.post(
        f"/moderation/comments/{refused['id']}/decisions",
        json={"action": "approve", "version": card["version"], "note": "Quoted from the play."},
    )
    assert decided.json()["comment"]["status"] == "approved"


def test_leases_are_extended_released_and_lost(
    service: Service, moderator: httpx2.Client, admin: httpx2.Client, article: str
) -> None:
    service.post(article, DOUBTFUL)
    cards = until(lambda: moderator.post("/moderation/queue:claim", json={"limit": 1}).json()["items"])
    lease = cards[0]["lease"]
    address = f"/moderation/leases/{lease['token']}"
    extended = moderator.post(f"{address}:extend")
    assert extended.json()["expires_at"] >= lease["expires_at"]
    assert admin.post(f"{address}:extend").status_code == 409  # somebody else's
    assert moderator.post(f"{address}:release").status_code == 204
    assert moderator.post(f"{address}:extend").status_code == 409


def test_the_queue_status_counts_what_waits(service: Service, moderator: httpx2.Client, article: str) -> None:
    pending = "SELECT count(*) FROM comment WHERE status = 'pending' OR queued_at_ms IS NOT NULL"
    until(lambda: _if_total(moderator, rows(service, pending)[0][0]))  # what other tests left has arrived
    before = rows(service, pending)[0][0]
    service.post(article, DOUBTFUL)
    now = until(lambda: _if_total(moderator, before + 1))
    assert now["state"] == "ready"
    assert now["oldest_at"] is not None
    assert {lane["lane"] for lane in now["lanes"]} >= {"doubtful", "escalated"}


def _if_total(moderator: httpx2.Client, total: int) -> dict[str, Any] | None:
    status: dict[str, Any] = moderator.get("/moderation/queue").json()
    return status if status["waiting"] + status["leased"] == total else None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/moderation/queue:claim"),
        ("GET", "/moderation/queue"),
        ("GET", "/moderation/comments"),
        ("POST", "/moderation/leases/x:extend"),
        ("POST", "/moderation/leases/x:release"),
        ("POST", "/moderation/comments/01a20acd-e589-7670-babe-c873f1cec206/decisions"),
        ("POST", "/moderation/decisions/01a20acd-e589-7670-babe-c873f1cec206:undo"),
        ("PUT", "/articles/x"),
        ("POST", "/score"),
    ],
)
def test_nobody_moderates_without_the_role(
    service: Service, tokens: dict[str, str], method: str, path: str
) -> None:
    body = (
        {"limit": 1}
        if "claim" in path
        else {"action": "approve", "version": 1}
        if "decisions" in path
        else {}
    )
    body = {"texts": ["x"]} if path == "/score" else body
    reader = service.reader("Ann")
    for token, status in (
        (None, 401),
        ("fwk_wrong", 401),
        ("fwr_wrong.x", 401),
        (reader, 403),
        (tokens["reader"], 403),
    ):
        with service.client(token) as client:
            assert client.request(method, path, json=body).status_code == status


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"action": "approve"}, "version"),
        ({"action": "praise", "version": 1}, "action"),
        ({"action": "reject", "version": 1, "reason": "ugly"}, "reason"),
        ({"action": "approve", "version": "1"}, "version"),
        ({"action": "approve", "version": 1, "x": 1}, "x"),
    ],
)
def test_a_wrong_decision_names_the_field(moderator: httpx2.Client, sent: dict[str, Any], field: str) -> None:
    answer = moderator.post("/moderation/comments/01a20acd-e589-7670-babe-c873f1cec206/decisions", json=sent)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_deciding_a_comment_that_is_not_there_is_missing(moderator: httpx2.Client) -> None:
    address = "/moderation/comments/01a20acd-e589-7670-babe-c873f1cec206/decisions"
    assert moderator.post(address, json={"action": "approve", "version": 1}).status_code == 404
