"""Server-sent events: in order, without gaps, resumed where they broke off."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from tests.api.texts import DOUBTFUL, KIND
from tests.conditions import until
from tests.service import API, Service


class Stream:
    """What an open page has heard so far."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def named(self, name: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == name]


@contextmanager
def listening(service: Service, article: str, **headers: str) -> Iterator[Stream]:
    """Listen to an article in a thread; on return the stream is open."""
    stream = Stream()
    opened = threading.Event()
    client = httpx2.Client(base_url=service.url + API, timeout=30)

    def listen() -> None:
        with client.stream("GET", f"/articles/{article}/events", headers=headers) as answer:
            event: dict[str, Any] = {}
            for line in answer.iter_lines():
                opened.set()
                name, _, value = line.partition(": ")
                if line == "" and "event" in event:
                    stream.events.append(event)
                if line == "":
                    event = {}
                elif name in {"id", "event"}:
                    event[name] = value
                elif name == "data":
                    event["data"] = json.loads(value)

    def quietly() -> None:
        try:
            listen()
        except httpx2.HTTPError:
            opened.set()  # the test is over and closed the client

    thread = threading.Thread(target=quietly, daemon=True)
    thread.start()
    assert opened.wait(10)
    try:
        yield stream
    finally:
        service.post(article, f"{KIND} The stream wakes up and sees that it was closed.")
        client.close()
        thread.join(10)


def test_an_open_page_hears_of_every_change_in_order(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    with listening(service, article) as stream:
        first = service.post(article, KIND)
        held = service.post(article, DOUBTFUL)
        moderator.post(
            f"/moderation/comments/{held['id']}/decisions", json={"action": "approve", "version": 1}
        )
        moderator.post(
            f"/moderation/comments/{held['id']}/decisions", json={"action": "reject", "version": 2}
        )
        until(lambda: stream.named("comment.removed"))
        changes = [each for each in stream.events if "id" in each]
    assert [(each["event"], each["data"]["id"]) for each in changes] == [
        ("comment.published", first["id"]),
        ("comment.published", held["id"]),
        ("comment.removed", held["id"]),
    ]
    assert [int(each["id"]) for each in changes] == [1, 2, 3]
    assert [each["data"]["comment_count"] for each in stream.named("counts")][:3] == [1, 2, 1]
    assert all("body" not in each["data"] for each in stream.events)


def test_a_page_that_was_away_hears_what_it_missed(service: Service, article: str) -> None:
    posted = [service.post(article, f"{KIND} {number}.")["id"] for number in range(4)]
    with listening(service, article, **{"Last-Event-ID": "1"}) as stream:
        until(lambda: len(stream.named("comment.published")) >= 3)
        assert [each["data"]["id"] for each in stream.named("comment.published")] == posted[1:]


def test_a_page_that_was_away_too_long_starts_anew(service: Service, article: str) -> None:
    service.post(article, KIND)
    with listening(service, article, **{"Last-Event-ID": "0"}) as stream:
        until(lambda: stream.named("comment.published"))
        assert not stream.named("reset")


def test_a_page_from_the_future_starts_anew(service: Service, article: str) -> None:
    service.post(article, KIND)
    with listening(service, article, **{"Last-Event-ID": "5000"}) as stream:
        until(lambda: stream.named("reset"))
        later = service.post(article, f"{KIND} Later.")
        until(lambda: stream.named("comment.published"))
        assert stream.named("comment.published")[0]["data"]["id"] == later["id"]


def test_a_wrong_event_id_is_refused(anyone: httpx2.Client, article: str) -> None:
    answer = anyone.get(f"/articles/{article}/events", headers={"Last-Event-ID": "yesterday"})
    assert answer.status_code == 422


def test_who_asks_for_the_head_of_a_stream_gets_no_stream(anyone: httpx2.Client, article: str) -> None:
    answer = anyone.head(f"/articles/{article}/events")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert anyone.get("/me").status_code == 200  # on the same connection
