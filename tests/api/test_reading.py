"""Reading: pages, replies, counts, one's own."""

import httpx2
import pytest

from tests.api.texts import KIND, NASTY
from tests.service import Service


def test_an_article_nobody_knows_has_an_empty_page(anyone: httpx2.Client, article: str) -> None:
    answer = anyone.get(f"/articles/{article}/comments")
    assert answer.status_code == 200
    assert answer.json() == {
        "article": {
            "id": article,
            "title": None,
            "url": None,
            "state": "open",
            "comment_count": 0,
            "version": 0,
        },
        "sort": "latest",
        "items": [],
        "next_cursor": None,
    }


@pytest.mark.parametrize("sort", ["latest", "oldest"])
def test_pages_show_every_comment_once_in_order(
    service: Service, anyone: httpx2.Client, article: str, sort: str
) -> None:
    posted = [service.post(article, f"{KIND} Number {number}.")["id"] for number in range(7)]
    seen: list[str] = []
    cursor = None
    while True:
        query = {"sort": sort, "limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = anyone.get(f"/articles/{article}/comments", params=query).json()
        seen += [each["id"] for each in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == (posted[::-1] if sort == "latest" else posted)


def test_replies_come_with_their_comment_and_the_rest_on_request(
    service: Service, anyone: httpx2.Client, article: str
) -> None:
    parent = service.post(article, KIND)["id"]
    replies = [service.post(article, f"{KIND} Reply {n}.", parent_id=parent)["id"] for n in range(5)]
    shown = service.page(article)["items"][0]
    assert shown["reply_count"] == 5
    assert [each["id"] for each in shown["replies"]] == replies[:3]
    rest = anyone.get(f"/comments/{parent}/replies", params={"limit": "3"}).json()
    more = anyone.get(
        f"/comments/{parent}/replies", params={"limit": "3", "cursor": rest["next_cursor"]}
    ).json()
    assert [each["id"] for each in rest["items"] + more["items"]] == replies
    assert more["next_cursor"] is None
    assert service.page(article)["article"]["comment_count"] == 6


def test_a_page_that_has_not_changed_is_not_sent_again(
    service: Service, anyone: httpx2.Client, article: str
) -> None:
    service.post(article, KIND)
    first = anyone.get(f"/articles/{article}/comments")
    again = anyone.get(f"/articles/{article}/comments", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    service.post(article, f"{KIND} Another one.")
    changed = anyone.get(f"/articles/{article}/comments", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_counts_of_many_articles_come_at_once(service: Service, anyone: httpx2.Client, article: str) -> None:
    service.post(article, KIND)
    answer = anyone.get("/counts", params={"article": [article, "nobody/knows"]})
    assert answer.json() == {"counts": {article: 1, "nobody/knows": 0}}
    assert anyone.get("/counts", params={"article": [str(n) for n in range(101)]}).status_code == 422
    assert anyone.get("/counts").status_code == 422


def test_only_the_author_may_withdraw(service: Service, anyone: httpx2.Client, article: str) -> None:
    mine = anyone.post(f"/articles/{article}/comments", json={"body": KIND}).json()["id"]
    assert anyone.delete(f"/comments/{mine}").status_code == 401  # a cookie without our Origin proves nothing
    token = service.reader("Eve")
    with service.client(token) as stranger:
        assert stranger.delete(f"/comments/{mine}").status_code == 403
    assert anyone.delete(f"/comments/{mine}", headers={"Origin": service.url}).status_code == 204


def test_an_author_withdraws_and_edits(service: Service, anyone: httpx2.Client, article: str) -> None:
    token = service.reader("Ann")
    with service.client(token) as author:
        mine = author.post(f"/articles/{article}/comments", json={"body": KIND}).json()
        assert mine["author"]["name"] == "Ann"
        edited = author.patch(f"/comments/{mine['id']}", json={"body": f"{KIND} Edited."}).json()
        assert edited["body"].endswith("Edited.")
        assert edited["edited_at"] is not None
        reply = service.post(article, f"{KIND} A reply.", parent_id=mine["id"])["id"]
        assert author.delete(f"/comments/{mine['id']}").status_code == 204
        assert author.delete(f"/comments/{mine['id']}").status_code == 204
    shown = service.page(article)["items"][0]
    assert (shown["status"], shown["body"], shown["author"]["name"]) == ("withdrawn", "", "")
    assert [each["id"] for each in shown["replies"]] == [reply]
    assert service.page(article)["article"]["comment_count"] == 1


def test_a_nasty_edit_of_a_published_comment_takes_it_off_the_page(
    service: Service, anyone: httpx2.Client, article: str
) -> None:
    token = service.reader("Ann")
    with service.client(token) as author:
        mine = author.post(f"/articles/{article}/comments", json={"body": KIND}).json()["id"]
        edited = author.patch(f"/comments/{mine}", json={"body": "You worthless fucking idiot."}).json()
    assert edited["status"] == "rejected"
    assert service.page(article)["items"] == []
    assert service.page(article)["article"]["comment_count"] == 0


def test_an_edit_goes_around_no_rule(service: Service, admin: httpx2.Client, article: str) -> None:
    with service.client(service.reader()) as author:
        mine = author.post(f"/articles/{article}/comments", json={"body": KIND}).json()["id"]
        assert author.patch(f"/comments/{mine}", json={"body": NASTY}).json()["status"] == "rejected"
        for body in (KIND, f"{KIND} Truly."):  # once refused, a person looks at every later text
            assert author.patch(f"/comments/{mine}", json={"body": body}).json()["status"] == "pending"
        other = author.post(f"/articles/{article}/comments", json={"body": "The lamps are new."}).json()["id"]
        admin.put(f"/articles/{article}", json={"state": "premoderated"})
        held = author.patch(f"/comments/{other}", json={"body": "The lamps are very new."}).json()
        assert held["status"] == "pending"
        admin.put(f"/articles/{article}", json={"state": "closed"})
        assert author.patch(f"/comments/{other}", json={"body": "Lamps."}).status_code == 409
        admin.put(f"/articles/{article}", json={"state": "open"})
        author.delete(f"/comments/{other}")
        assert author.patch(f"/comments/{other}", json={"body": "Lamps."}).status_code == 409


@pytest.mark.parametrize("action", ["escalate", "defer"])
def test_an_edit_publishes_nothing_that_a_moderator_set_aside(
    service: Service, moderator: httpx2.Client, article: str, action: str
) -> None:
    with service.client(service.reader()) as author:
        mine = author.post(f"/articles/{article}/comments", json={"body": KIND}).json()["id"]
        moderator.post(f"/moderation/comments/{mine}/decisions", json={"action": action, "version": 1})
        if action == "defer":  # only what waits can be deferred
            moderator.post(
                f"/moderation/comments/{mine}/decisions", json={"action": "escalate", "version": 1}
            )
            moderator.post(f"/moderation/comments/{mine}/decisions", json={"action": action, "version": 2})
        assert (
            author.patch(f"/comments/{mine}", json={"body": f"{KIND} Please."}).json()["status"] == "pending"
        )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"sort": "best"}, "sort"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"site": "../x"}, "site"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_query_names_the_field(
    anyone: httpx2.Client, article: str, query: dict[str, str], field: str
) -> None:
    answer = anyone.get(f"/articles/{article}/comments", params=query)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_an_unknown_site_and_an_unknown_address_are_problems(anyone: httpx2.Client, article: str) -> None:
    for answer in (
        anyone.get(f"/articles/{article}/comments", params={"site": "elsewhere"}),
        anyone.get("/nowhere"),
        anyone.get("/comments/not-an-id"),
    ):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert anyone.delete("/counts").status_code == 405
