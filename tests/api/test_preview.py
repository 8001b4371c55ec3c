"""An author learns before posting what would become of a comment; nothing of it stays."""

import sqlite3
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.texts import DOUBTFUL, KIND, NASTY
from tests.service import Service


def previewed(client: httpx2.Client, article: str, body: str, **more: object) -> dict[str, Any]:
    answer = client.post(f"/articles/{article}/comments:preview", json={"body": body, **more})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def test_a_kind_comment_would_be_published_and_is_shown_as_it_would_look(
    anyone: httpx2.Client, article: str
) -> None:
    shown = previewed(anyone, article, f"**Bold** {KIND}")
    assert (shown["outcome"], shown["reasons"], shown["phrases"]) == ("published", [], [])
    assert "<strong>Bold</strong>" in shown["body_html"]


@pytest.mark.parametrize(("body", "outcome"), [(DOUBTFUL, "held"), (NASTY, "refused")])
def test_a_doubtful_one_is_told_for_which_words_and_without_numbers(
    anyone: httpx2.Client, article: str, body: str, outcome: str
) -> None:
    body = f"\U0001f60a {body}"
    shown = previewed(anyone, article, body)
    assert shown["outcome"] == outcome
    assert shown["reasons"]
    assert all(set(reason) == {"code", "detail"} for reason in shown["reasons"])
    phrases = shown["phrases"]
    assert phrases
    for phrase in phrases:
        assert phrase["text"] == body[phrase["begin"] : phrase["end"]]
        assert set(phrase) == {"begin", "end", "text"}


def test_it_says_what_posting_says(anyone: httpx2.Client, article: str) -> None:
    statuses = {"published": "approved", "held": "pending", "refused": "rejected"}
    for body in (KIND, DOUBTFUL, NASTY):
        outcome = previewed(anyone, article, body)["outcome"]
        posted = anyone.post(f"/articles/{article}/comments", json={"body": body}).json()
        assert posted["status"] == statuses[outcome]


def test_nothing_is_stored_or_told(service: Service, anyone: httpx2.Client, article: str) -> None:
    secret = f"{NASTY} xylophone-{article}"
    previewed(anyone, article, secret, author={"name": "Nobody Yet"})
    assert anyone.get(f"/articles/{article}/comments").json()["article"]["version"] == 0
    assert "fw_reader" not in anyone.cookies
    with sqlite3.connect(service.data_dir / "firstword.db") as database:
        dump = "\n".join(database.iterdump())
    assert f"xylophone-{article}" not in dump
    assert f"xylophone-{article}" not in (service.data_dir / "stderr.txt").read_text()


def test_what_posting_refuses_the_preview_refuses(
    anyone: httpx2.Client, admin: httpx2.Client, article: str
) -> None:
    path = f"/articles/{article}/comments:preview"
    assert anyone.post(path, json={"body": "   "}).status_code == 422
    assert anyone.post(path, json={"body": "x" * 4001}).status_code == 422
    assert anyone.post(path, json={"body": KIND, "parent_id": None}).status_code == 422
    assert anyone.post(path, params={"site": "unknown"}, json={"body": KIND}).status_code == 404
    assert admin.put(f"/articles/{article}", json={"state": "closed"}).status_code == 200
    assert anyone.post(path, json={"body": KIND}).status_code == 409


def test_on_an_article_that_is_read_first_everything_would_be_held(
    anyone: httpx2.Client, admin: httpx2.Client, article: str
) -> None:
    assert admin.put(f"/articles/{article}", json={"state": "premoderated"}).status_code == 200
    shown = previewed(anyone, article, KIND)
    assert shown["outcome"] == "held"
    assert shown["phrases"] == []


def test_previews_count_as_posts_do(tmp_path: Path) -> None:
    service = Service(tmp_path / "slow", post_rate="4/minute").start()
    try:
        with service.client() as client:
            path = "/articles/a/comments"
            asked = [client.post(f"{path}:preview", json={"body": KIND}) for _ in range(3)]
            assert [each.status_code for each in asked] == [200, 200, 200]
            assert client.post(path, json={"body": KIND}).status_code == 201
            refused = client.post(f"{path}:preview", json={"body": KIND})
            assert refused.status_code == 429
            assert int(refused.headers["Retry-After"]) > 0
    finally:
        service.stop()
