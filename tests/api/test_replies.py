"""Replies to oneself: told once, listed, counted while unread, and as a feed of one's own."""

from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest

from tests.api.texts import DOUBTFUL, KIND
from tests.conditions import until
from tests.service import Service

ATOM = "{http://www.w3.org/2005/Atom}"


def posted(client: httpx2.Client, article: str, body: str = KIND, **more: Any) -> dict[str, Any]:
    answer = client.post(f"/articles/{article}/comments", json={"body": body, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def replies(client: httpx2.Client, **query: Any) -> dict[str, Any]:
    answer = client.get("/me/replies", params=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def told(client: httpx2.Client, number: int) -> dict[str, Any]:
    """Wait until so many replies are unread; return the list."""

    def found() -> dict[str, Any]:
        shown = replies(client)
        return shown if shown["unread"] == number else {}

    return until(found)


def test_who_is_answered_is_told_and_told_no_more_once_they_have_seen_it(
    service: Service, article: str
) -> None:
    with service.client(service.reader("Ann")) as ann, service.client(service.reader("Bea")) as bea:
        mine = posted(ann, article)
        first = posted(bea, article, f"{KIND} First.", parent_id=mine["id"])
        second = posted(bea, article, f"{KIND} Second.", parent_id=mine["id"])
        posted(ann, article, f"{KIND} To myself.", parent_id=mine["id"])
        shown = told(ann, 2)
        assert [each["id"] for each in shown["items"]] == [second["id"], first["id"]]
        assert shown["items"][0]["article"]["id"] == article
        assert not any(each["is_read"] for each in shown["items"])
        assert ann.get("/me").json()["unread_replies"] == 2
        assert bea.post("/me/replies:read", json={"ids": [first["id"]]}).status_code == 204  # not theirs
        assert ann.post("/me/replies:read", json={"ids": [first["id"]]}).status_code == 204
        assert {each["id"]: each["is_read"] for each in told(ann, 1)["items"]} == {
            first["id"]: True,
            second["id"]: False,
        }
        assert replies(bea)["items"] == []


def test_a_reply_is_told_when_it_is_published_and_hidden_when_it_is_taken_down(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    with service.client(service.reader("Ann")) as ann, service.client(service.reader("Bea")) as bea:
        mine = posted(ann, article)
        held = posted(bea, article, DOUBTFUL, parent_id=mine["id"])
        assert held["status"] == "pending"
        published = posted(bea, article, parent_id=mine["id"])
        assert [each["id"] for each in told(ann, 1)["items"]] == [published["id"]]
        decision = f"/moderation/comments/{held['id']}/decisions"
        assert moderator.post(decision, json={"action": "approve", "version": 1}).status_code == 201
        assert [each["id"] for each in told(ann, 2)["items"]] == [published["id"], held["id"]]
        assert bea.delete(f"/comments/{published['id']}").status_code == 204
        assert [each["id"] for each in told(ann, 1)["items"]] == [held["id"]]


def test_people_whom_one_mutes_do_not_count(service: Service, article: str) -> None:
    with service.client(service.reader("Ann")) as ann, service.client(service.reader("Bea")) as bea:
        mine = posted(ann, article)
        loud = posted(bea, article, parent_id=mine["id"])["author"]["id"]
        told(ann, 1)
        ann.put(f"/me/mutes/{loud}")
        assert replies(ann) == {
            "items": [],
            "unread": 0,
            "feed_since": None,
            "sends_email": False,
            "email": None,
            "next_cursor": None,
        }
        ann.delete(f"/me/mutes/{loud}")
        assert replies(ann)["unread"] == 1


def test_replies_come_in_pages(service: Service, article: str) -> None:
    with service.client(service.reader("Ann")) as ann, service.client(service.reader("Bea")) as bea:
        mine = posted(ann, article)
        written = [posted(bea, article, f"{KIND} {n}.", parent_id=mine["id"])["id"] for n in range(5)]
        told(ann, 5)
        found: list[str] = []
        cursor = None
        while True:
            page = replies(ann, limit=2, **({"cursor": cursor} if cursor else {}))
            found += [each["id"] for each in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert found == written[::-1]
        assert ann.get("/me/replies", params={"cursor": "nonsense"}).status_code == 422


def test_the_private_feed_has_an_address_that_only_its_owner_knows_and_may_end(
    service: Service, article: str
) -> None:
    with service.client(service.reader("Ann & Co")) as ann, service.client(service.reader("Bea")) as bea:
        mine = posted(ann, article)
        reply = posted(bea, article, parent_id=mine["id"])
        told(ann, 1)
        first = ann.post("/me/replies/feed").json()["url"]
        assert replies(ann)["feed_since"] is not None
        answer = httpx2.get(first)
        assert answer.headers["cache-control"] == "no-store"
        feed = ElementTree.fromstring(answer.text)  # noqa: S314 - our own
        assert feed.findtext(f"{ATOM}title") == "Replies to Ann & Co"
        assert [each.findtext(f"{ATOM}id") for each in feed.findall(f"{ATOM}entry")] == [
            f"urn:uuid:{reply['id']}"
        ]
        second = ann.post("/me/replies/feed").json()["url"]
        assert (httpx2.get(first).status_code, httpx2.get(second).status_code) == (404, 200)
        assert ann.delete("/me/replies/feed").status_code == 204
        assert httpx2.get(second).status_code == 404
        stderr = (service.data_dir / "stderr.txt").read_text()
        assert second.rsplit("/", 1)[1].removesuffix(".atom") not in stderr


def test_what_one_was_told_is_given_out_and_ends_with_the_person(service: Service, article: str) -> None:
    with service.client(service.reader("Ann")) as ann, service.client(service.reader("Bea")) as bea:
        mine = posted(ann, article)
        reply = posted(bea, article, parent_id=mine["id"])
        told(ann, 1)
        feed = ann.post("/me/replies/feed").json()["url"]
        assert [each["comment_id"] for each in ann.get("/me/export").json()["replies"]] == [reply["id"]]
        assert ann.delete("/me").status_code == 204
        assert httpx2.get(feed).status_code == 404
        assert replies(ann)["items"] == []
        assert ann.post("/me/replies/feed").status_code == 401


@pytest.mark.parametrize("said", [{}, {"ids": []}, {"ids": ["nonsense"]}, {"ids": "all"}])
def test_what_was_seen_is_said_by_ids(service: Service, said: dict[str, object]) -> None:
    with service.client(service.reader()) as reader:
        assert reader.post("/me/replies:read", json=said).status_code == 422


def test_replies_are_for_readers_with_a_session(anyone: httpx2.Client) -> None:
    assert anyone.get("/me/replies").status_code == 401
    assert anyone.post("/me/replies/feed").status_code == 401
    assert anyone.get("/me").json()["unread_replies"] == 0
