"""Pinned and featured comments: set apart by moderators, seen on the next page, gone with the comment."""

from typing import Any

import httpx2
import pytest

from tests.api.texts import DOUBTFUL, KIND
from tests.service import Service

SORTS = ("latest", "oldest", "top", "discussed")


def posted(service: Service, article: str, number: int, **more: Any) -> str:
    return str(service.post(article, f"{KIND} Number {number}.", **more)["id"])


def mark(moderator: httpx2.Client, comment_id: str, name: str) -> dict[str, Any]:
    answer = moderator.put(f"/moderation/comments/{comment_id}/{name}")
    assert answer.status_code == 200, answer.text
    marked: dict[str, Any] = answer.json()
    return marked


def ids(page: dict[str, Any], part: str = "items") -> list[str]:
    return [each["id"] for each in page.get(part, [])]


@pytest.mark.parametrize("sort", SORTS)
def test_pinned_comments_stand_above_in_every_order_on_the_first_page_and_never_twice(
    service: Service, moderator: httpx2.Client, article: str, sort: str
) -> None:
    written = [posted(service, article, number) for number in range(9)]
    posted(service, article, 9, parent_id=written[4])
    pinned = [written[1], written[4], written[7]]
    for comment_id in pinned:
        marked = mark(moderator, comment_id, "pin")
    page = service.page(article, sort=sort, limit=2, min_version=marked["article_version"])
    assert ids(page, "pinned") == pinned[::-1]  # the latest pin first
    assert all(each["pinned"] for each in page["pinned"])
    assert [each["body"][-9:] for each in page["pinned"][1]["replies"]] == ["Number 9."]
    found = ids(page)
    while page["next_cursor"]:
        assert len(page["items"]) == 2
        page = service.page(article, sort=sort, limit=2, cursor=page["next_cursor"])
        assert "pinned" not in page
        found += ids(page)
    assert sorted(found) == sorted(set(written) - set(pinned))


def test_a_pin_ends_cached_pages_and_its_end_too(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    first, second = (posted(service, article, number) for number in range(2))
    assert ids(service.page(article)) == [second, first]
    mark(moderator, first, "pin")
    assert ids(service.page(article), "pinned") == [first]
    assert moderator.delete(f"/moderation/comments/{first}/pin").json().get("pinned") is None
    page = service.page(article)
    assert (ids(page, "pinned"), ids(page)) == ([], [second, first])


def test_at_most_three_are_pinned_and_twice_is_once(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    written = [posted(service, article, number) for number in range(4)]
    versions = [mark(moderator, each, "pin")["article_version"] for each in written[:3]]
    assert mark(moderator, written[2], "pin")["article_version"] == versions[-1]
    full = moderator.put(f"/moderation/comments/{written[3]}/pin")
    assert full.status_code == 409
    assert "unpin one first" in full.json()["detail"]
    moderator.delete(f"/moderation/comments/{written[0]}/pin")
    mark(moderator, written[3], "pin")


def test_a_reply_is_featured_but_not_pinned(service: Service, moderator: httpx2.Client, article: str) -> None:
    parent = posted(service, article, 1)
    reply = posted(service, article, 2, parent_id=parent)
    assert moderator.put(f"/moderation/comments/{reply}/pin").status_code == 409
    assert mark(moderator, reply, "featured")["featured"] is True
    page = service.page(article)
    assert page["article"]["pick_count"] == 1
    assert [each.get("featured") for each in page["items"][0]["replies"]] == [True]
    assert ids(service.page(article, sort="picks")) == [reply]


def test_the_picks_are_a_page_of_their_own(service: Service, moderator: httpx2.Client, article: str) -> None:
    written = [posted(service, article, number) for number in range(6)]
    for comment_id in written[::2]:
        mark(moderator, comment_id, "featured")
    mark(moderator, written[0], "pin")
    first = service.page(article, sort="picks", limit=2)
    assert ids(first) == [written[4], written[2]]
    assert "pinned" not in first
    assert ids(service.page(article, sort="picks", limit=2, cursor=first["next_cursor"])) == [written[0]]


def test_what_leaves_the_page_loses_its_marks(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    with service.client(service.reader()) as reader:
        said = {"body": KIND}
        own = reader.post(f"/articles/{article}/comments", json=said).json()["id"]
        for name in ("pin", "featured"):
            mark(moderator, own, name)
        version = moderator.get("/moderation/comments", params={"article": article}).json()["items"][0]
        decided = {"action": "reject", "version": version["version"], "reason": "other"}
        assert moderator.post(f"/moderation/comments/{own}/decisions", json=decided).status_code == 201
        assert "pick_count" not in service.page(article)["article"]
        approved = {"action": "approve", "version": version["version"] + 1}
        back = moderator.post(f"/moderation/comments/{own}/decisions", json=approved).json()["comment"]
        assert {"pinned", "featured"}.isdisjoint(back)
        mark(moderator, own, "pin")
        assert reader.delete(f"/comments/{own}").status_code == 204
    assert "pinned" not in service.page(article)


def test_only_what_is_published_can_be_set_apart_and_only_by_moderators(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    held = service.post(article, DOUBTFUL)["id"]
    assert moderator.put(f"/moderation/comments/{held}/featured").status_code == 409
    assert moderator.put("/moderation/comments/nonsense/pin").status_code == 404
    published = posted(service, article, 1)
    with service.client(service.reader()) as reader:
        assert reader.put(f"/moderation/comments/{published}/pin").status_code == 403
    with service.client() as nobody:
        assert nobody.delete(f"/moderation/comments/{published}/featured").status_code == 401


def test_the_page_without_scripts_shows_marks_and_leads_to_the_picks(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    first, second = (posted(service, article, number) for number in range(2))
    here = f"{service.url}/a/main/{article}"
    assert "picks" not in httpx2.get(here).text
    mark(moderator, first, "pin")
    mark(moderator, first, "featured")
    page = httpx2.get(here).text
    assert page.index(first) < page.index(second)
    assert page.count(f'id="{first}"') == 1
    assert "Pinned" in page
    picks = httpx2.get(f"{here}?sort=picks").text
    assert "Editors' pick" in picks or "Editors&#39; pick" in picks
    assert second not in picks
