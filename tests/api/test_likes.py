"""Likes over HTTP, and the orders that likes and replies make."""

import httpx2
import pytest

from tests.api.texts import KIND
from tests.service import Service

LIKE = "/comments/{}/reactions/like"


def posted(service: Service, article: str, number: int, **more: object) -> str:
    return str(service.post(article, f"{KIND} Number {number}.", **more)["id"])


def likes(client: httpx2.Client, article: str) -> dict[str, int]:
    items = client.get(f"/articles/{article}/comments").json()["items"]
    return {each["id"]: each["reactions"]["like"] for each in items}


def test_a_like_is_idempotent_and_seen_at_once(service: Service, article: str) -> None:
    liked = posted(service, article, 1)
    with service.client(service.reader()) as reader, service.client(service.reader("Bob")) as other:
        first = reader.put(LIKE.format(liked))
        assert first.status_code == 200
        assert first.json()["reactions"] == {"like": 1}
        assert reader.put(LIKE.format(liked)).json() == first.json()
        assert other.put(LIKE.format(liked)).json()["reactions"] == {"like": 2}
        version = other.put(LIKE.format(liked)).json()["article_version"]
        page = reader.get(f"/articles/{article}/comments", params={"min_version": version}).json()
        assert page["items"][0]["reactions"] == {"like": 2}
        assert reader.delete(LIKE.format(liked)).json()["reactions"] == {"like": 1}
        assert reader.delete(LIKE.format(liked)).json()["reactions"] == {"like": 1}
        assert likes(reader, article) == {liked: 1}


def test_who_is_nobody_and_what_is_not_shown_cannot_be_liked(
    service: Service, anyone: httpx2.Client, moderator: httpx2.Client, article: str
) -> None:
    liked = posted(service, article, 1)
    assert anyone.put(LIKE.format(liked)).status_code == 401
    assert anyone.delete(LIKE.format(liked)).status_code == 401
    with service.client(service.reader()) as reader:
        assert reader.put(LIKE.format("0190a0a0-0000-7000-8000-000000000000")).status_code == 404
        assert reader.put(LIKE.format("no-id")).status_code == 404
        said = {"action": "reject", "reason": "off_topic", "version": 1}
        assert moderator.post(f"/moderation/comments/{liked}/decisions", json=said).status_code == 201
        assert reader.put(LIKE.format(liked)).status_code == 404


@pytest.mark.parametrize("sort", ["top", "discussed"])
def test_the_liked_and_the_discussed_come_first_page_by_page(
    service: Service, anyone: httpx2.Client, article: str, sort: str
) -> None:
    ids = [posted(service, article, number) for number in range(5)]
    order = [ids[3], ids[1], ids[4], ids[2], ids[0]]  # two, one, then the newest of the others
    if sort == "top":
        readers = [service.client(service.reader(f"Reader {number}")) for number in range(2)]
        for reader, wanted in zip(readers, ((ids[3], ids[1]), (ids[3],)), strict=True):
            for each in wanted:
                assert reader.put(LIKE.format(each)).status_code == 200
            reader.close()
    else:
        for number, parent in enumerate((ids[3], ids[3], ids[1])):
            posted(service, article, 10 + number, parent_id=parent)
    found: list[str] = []
    cursor = None
    while True:
        asked = {"sort": sort, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = anyone.get(f"/articles/{article}/comments", params=asked).json()
        assert page["sort"] == sort
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == order


def test_a_cursor_of_another_order_is_refused(service: Service, anyone: httpx2.Client, article: str) -> None:
    for number in range(3):
        posted(service, article, number)
    path = f"/articles/{article}/comments"
    for sort, other in (("top", "latest"), ("latest", "discussed")):
        cursor = anyone.get(path, params={"sort": sort, "limit": 1}).json()["next_cursor"]
        refused = anyone.get(path, params={"sort": other, "limit": 1, "cursor": cursor})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "cursor"
