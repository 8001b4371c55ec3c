"""Posting: what is taken, what is held, what is refused, and what is not a comment at all."""

import json
from typing import Any

import httpx2
import pytest

from tests.api.texts import DOUBTFUL, KIND, NASTY
from tests.service import Service

JSON = {"Content-Type": "application/json"}


def fields(answer: httpx2.Response) -> set[str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return {each["field"] for each in problem.get("errors", [])}


def test_a_kind_comment_is_published_and_seen_at_once(anyone: httpx2.Client, article: str) -> None:
    posted = anyone.post(f"/articles/{article}/comments", json={"body": KIND, "author": {"name": "Ann"}})
    assert posted.status_code == 201
    assert posted.json()["status"] == "approved"
    version = posted.json()["article_version"]
    page = anyone.get(f"/articles/{article}/comments", params={"min_version": version}).json()
    assert [each["id"] for each in page["items"]] == [posted.json()["id"]]
    assert page["items"][0]["author"]["name"] == "Ann"
    assert page["article"]["comment_count"] == 1


def test_a_nasty_comment_is_refused_with_its_reasons_and_shown_to_nobody(
    anyone: httpx2.Client, article: str
) -> None:
    posted = anyone.post(f"/articles/{article}/comments", json={"body": NASTY}).json()
    assert posted["status"] == "rejected"
    assert {reason["label"] for reason in posted["reasons"] if reason["code"] == "score"} >= {"toxicity"}
    assert anyone.get(f"/articles/{article}/comments").json()["items"] == []


def test_a_doubtful_comment_waits_and_only_its_author_sees_it(
    service: Service, anyone: httpx2.Client, article: str
) -> None:
    posted = anyone.post(f"/articles/{article}/comments", json={"body": DOUBTFUL}).json()
    assert posted["status"] == "pending"
    assert "suspect_word" in {reason["code"] for reason in posted["reasons"]}
    assert service.page(article)["items"] == []
    mine = anyone.get("/me/comments", params={"article": article}).json()["items"]
    assert [each["id"] for each in mine] == [posted["id"]]
    assert anyone.get(f"/comments/{posted['id']}").json()["status"] == "pending"
    with service.client() as stranger:
        assert stranger.get(f"/comments/{posted['id']}").status_code == 404


def test_markdown_is_rendered_and_nothing_typed_is_trusted(anyone: httpx2.Client, article: str) -> None:
    body = (
        "**Bold** and [a link](https://example.org) <img src=x onerror=alert(1)> [bad](javascript:alert(1))"
        " ![pixel](https://example.org/x.png)\n\n<script>alert(1)</script>"
    )
    shown = anyone.post(f"/articles/{article}/comments", json={"body": body}).json()["body_html"]
    assert "<strong>Bold</strong>" in shown
    assert 'href="https://example.org"' in shown
    assert 'rel="nofollow ugc noopener noreferrer"' in shown
    assert "<img" not in shown
    assert "<script" not in shown
    assert 'href="javascript' not in shown


BAD_BODIES: list[tuple[Any, str]] = [
    ({"body": ""}, "body"),
    ({"body": " \n\t \u00a0\u2003"}, "body"),
    ({"body": "\u200b\u200d\ufeff"}, "body"),
    ({"body": "x" * 4001}, "body"),
    ({"body": "a\u0000b"}, "body"),
    ({"body": "a\u001bb"}, "body"),
    ({"body": "a\u0085b"}, "body"),
    ({"body": "lone \ud800 surrogate"}, "body"),
    ({"body": 7}, "body"),
    ({"body": None}, "body"),
    ({"body": ["x"]}, "body"),
    ({}, "body"),
    ({"body": "x", "colour": "red"}, "colour"),
    ({"body": "x", "parent_id": "nobody"}, "parent_id"),
    ({"body": "x", "parent_id": "01a20acd-e589-7670-babe-c873f1cec206"}, "parent_id"),
    ({"body": "x", "author": {"name": "  "}}, "author/name"),
    ({"body": "x", "author": {"name": "n" * 61}}, "author/name"),
    ({"body": "x", "author": {"name": "\ud800"}}, "author/name"),
    ({"body": "x", "author": "Ann"}, "author"),
    ([], "body"),
    ("text", "body"),
]


@pytest.mark.parametrize(("sent", "field"), BAD_BODIES)
def test_bad_input_is_a_problem_that_names_the_field(
    anyone: httpx2.Client, article: str, sent: Any, field: str
) -> None:
    answer = anyone.post(f"/articles/{article}/comments", content=json.dumps(sent), headers=JSON)
    assert answer.status_code == 422
    assert field in fields(answer)
    assert anyone.get("/counts", params={"article": article}).json() == {"counts": {article: 0}}


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"body": "x"} trailing'])
def test_what_is_not_json_is_a_problem_that_names_the_body(
    anyone: httpx2.Client, article: str, raw: bytes
) -> None:
    answer = anyone.post(f"/articles/{article}/comments", content=raw, headers=JSON)
    assert answer.status_code == 422
    assert fields(answer) == {"body"}


def test_four_thousand_characters_are_taken(anyone: httpx2.Client, article: str) -> None:
    body = ("The harbour is lovely. " * 200)[:4000].strip().ljust(4000, ".")
    assert anyone.post(f"/articles/{article}/comments", json={"body": body}).status_code == 201


def test_a_body_of_fifty_megabytes_is_refused_and_the_service_lives_on(
    anyone: httpx2.Client, article: str
) -> None:
    huge = b'{"body": "' + b"x" * 50_000_000 + b'"}'
    answer = anyone.post(f"/articles/{article}/comments", content=huge, headers=JSON)
    assert answer.status_code == 413
    assert fields(answer) == {"body"}
    assert anyone.post(f"/articles/{article}/comments", json={"body": KIND}).status_code == 201


def test_an_article_id_may_hold_slashes_and_emoji(anyone: httpx2.Client, article: str) -> None:
    key = f"2026/11/{article}/🚢 harbour?"
    escaped = "".join(f"%{byte:02X}" for byte in key.encode())
    posted = anyone.post(f"/articles/{escaped}/comments", json={"body": KIND})
    assert posted.status_code == 201
    assert posted.json()["article_id"] == key
    assert anyone.get(f"/articles/{escaped}/comments").json()["article"]["id"] == key


def test_an_article_id_of_201_bytes_is_refused(anyone: httpx2.Client) -> None:
    key = "a/🚢/" + "x" * 194
    assert len(key.encode()) == 201
    escaped = "".join(f"%{byte:02X}" for byte in key.encode())
    for answer in (
        anyone.get(f"/articles/{escaped}/comments"),
        anyone.post(f"/articles/{escaped}/comments", json={"body": KIND}),
        anyone.get(f"/articles/{escaped}/events"),
    ):
        assert answer.status_code == 422
        assert fields(answer) == {"article_id"}


def test_a_parent_in_another_article_is_refused(
    service: Service, anyone: httpx2.Client, article: str
) -> None:
    elsewhere = service.post(f"{article}-other", KIND)
    answer = anyone.post(f"/articles/{article}/comments", json={"body": KIND, "parent_id": elsewhere["id"]})
    assert answer.status_code == 422
    assert fields(answer) == {"parent_id"}


def test_the_same_idempotency_key_posts_once(service: Service, anyone: httpx2.Client, article: str) -> None:
    headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {service.reader()}"}
    first = anyone.post(f"/articles/{article}/comments", json={"body": KIND}, headers=headers)
    again = anyone.post(f"/articles/{article}/comments", json={"body": KIND}, headers=headers)
    other = anyone.post(f"/articles/{article}/comments", json={"body": "Other words."}, headers=headers)
    assert first.json()["id"] == again.json()["id"]
    assert other.status_code == 422
    assert anyone.get("/counts", params={"article": article}).json()["counts"][article] == 1


def test_repeating_oneself_is_a_signal_and_not_an_error(service: Service, article: str) -> None:
    address, body = f"/articles/{article}/comments", {"body": "The ferry leaves at nine."}
    with service.client(service.reader()) as author:
        statuses = [author.post(address, json=body).json()["status"] for _ in range(4)]
    assert statuses == ["approved", "approved", "pending", "pending"]


def test_a_nasty_name_is_held(anyone: httpx2.Client, article: str) -> None:
    posted = anyone.post(
        f"/articles/{article}/comments", json={"body": KIND, "author": {"name": "fucking stupid bitch"}}
    ).json()
    assert posted["status"] == "pending"
    assert "name" in {reason["code"] for reason in posted["reasons"]}


def test_a_closed_article_takes_no_comments_and_a_premoderated_one_holds_them(
    admin: httpx2.Client, anyone: httpx2.Client, article: str
) -> None:
    assert admin.put(f"/articles/{article}", json={"state": "closed", "title": "Ferry"}).status_code == 200
    assert anyone.post(f"/articles/{article}/comments", json={"body": KIND}).status_code == 409
    assert admin.put(f"/articles/{article}", json={"state": "premoderated"}).status_code == 200
    assert anyone.post(f"/articles/{article}/comments", json={"body": KIND}).json()["status"] == "pending"
    assert anyone.get(f"/articles/{article}/comments").json()["article"]["title"] == "Ferry"


def test_posting_too_fast_is_slowed_down_with_a_time(tmp_path_factory: pytest.TempPathFactory) -> None:
    service = Service(tmp_path_factory.mktemp("rates"), post_rate="3/minute").start()
    try:
        with service.client() as client:
            answers = [client.post("/articles/a/comments", json={"body": f"{KIND} {n}"}) for n in range(4)]
        assert [each.status_code for each in answers] == [201, 201, 201, 429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    finally:
        service.stop()
