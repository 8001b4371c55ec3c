"""Short ways to report, appeal and decide."""

from typing import Any

import httpx2

from tests.conditions import until
from tests.service import Service


def reader(service: Service, name: str = "Ann") -> httpx2.Client:
    return service.client(service.reader(name))


def posted(client: httpx2.Client, article: str, body: str, **more: object) -> dict[str, Any]:
    answer = client.post(f"/articles/{article}/comments", json={"body": body, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def report(
    client: httpx2.Client, comment_id: str, category: str = "abuse", **more: object
) -> httpx2.Response:
    return client.post(f"/comments/{comment_id}/reports", json={"category": category, **more})


def appeal(client: httpx2.Client, comment_id: str, text: str = "I quoted the play.") -> httpx2.Response:
    return client.post(f"/comments/{comment_id}/appeals", json={"text": text})


def decide(
    moderator: httpx2.Client, comment_id: str, action: str, version: int, **more: object
) -> httpx2.Response:
    said = {"action": action, "version": version, **more}
    return moderator.post(f"/moderation/comments/{comment_id}/decisions", json=said)


def in_lane(moderator: httpx2.Client, lane: str) -> dict[str, dict[str, Any]]:
    """Return the cards of a lane by comment; their leases are given back."""
    cards = moderator.post("/moderation/queue:claim", json={"limit": 50, "lane": lane, "order": "newest"})
    items = cards.json()["items"]
    for card in items:
        moderator.post(f"/moderation/leases/{card['lease']['token']}:release")
    return {card["comment"]["id"]: card for card in items}


def awaited(moderator: httpx2.Client, comment_id: str, lane: str) -> dict[str, Any]:
    """Wait until a comment is handed out in a lane; return its card."""
    return until(lambda: in_lane(moderator, lane).get(comment_id))


def settled(moderator: httpx2.Client) -> None:
    """Wait until everything committed so far has reached the queue: another comment's push is behind it."""
    until(lambda: moderator.get("/moderation/queue").json()["state"] == "ready")
