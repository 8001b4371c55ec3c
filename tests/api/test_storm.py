"""While a storm is on, strangers' posts carry a proof of work: bound to an article, spent once."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import altcha
import httpx2
import pytest

from tests.api.texts import KIND
from tests.service import Service, running
from tests.story import seed

CALM = 3  # posts a minute that pass without a proof


@pytest.fixture(scope="module")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {"post_rate": "1000/minute", "storm_rate": f"{CALM}/minute"}
    for service in running(tmp_path_factory.mktemp("storm"), settings):
        for number in range(CALM):
            service.post("calm", f"{KIND} {number}.")
        yield service


def post(service: Service, article: str, proof: str | None = None, **headers: str) -> httpx2.Response:
    if proof is not None:
        headers["X-Proof"] = proof
    body = {"body": f"{KIND} {uuid4().hex[:6]}."}
    with service.client() as client:
        return client.post(f"/articles/{article}/comments", json=body, headers=headers)


def challenge(service: Service, article: str) -> dict[str, Any]:
    refused = post(service, article)
    assert refused.status_code == 428
    assert refused.headers["content-type"] == "application/problem+json"
    asked: dict[str, Any] = refused.json()["challenge"]
    return asked


def solution(asked: dict[str, Any], **changes: Any) -> str:
    solved = altcha.solve_challenge_v1(
        asked["challenge"], asked["salt"], asked["algorithm"], asked.get("maxnumber", asked.get("maxNumber"))
    )
    assert solved is not None
    said = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps({**said, "number": solved.number, **changes}).encode()).decode()


def test_a_proof_lets_one_comment_pass_and_only_one(stormy: Service) -> None:
    proof = solution(challenge(stormy, "one"))
    assert post(stormy, "one", proof).status_code == 201
    again = post(stormy, "one", proof)
    assert again.status_code == 428
    assert again.json()["challenge"]["challenge"] != challenge(stormy, "one")["challenge"]


def test_a_proof_is_good_for_its_article_alone(stormy: Service) -> None:
    proof = solution(challenge(stormy, "mine"))
    assert post(stormy, "other", proof).status_code == 428
    assert post(stormy, "mine", proof).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"number": -1},
        {"signature": "0" * 64},
        {"algorithm": "SHA-1"},
        {"algorithm": "none"},
        {"salt": "x"},
        {"number": [1]},
    ],
)
def test_what_was_changed_is_no_proof(stormy: Service, changes: dict[str, Any]) -> None:
    assert post(stormy, "changed", solution(challenge(stormy, "changed"), **changes)).status_code == 428


@pytest.mark.parametrize(
    "proof", ["", "!", "e30=", "bnVsbA==", "W10=", base64.b64encode(b"[" * 20_000).decode(), "AAAA"]
)
def test_what_is_no_proof_at_all_is_asked_for_one(stormy: Service, proof: str) -> None:
    assert post(stormy, "junk", proof).status_code == 428


def test_programs_with_a_token_are_not_asked(stormy: Service) -> None:
    token = seed.tokens(stormy, "moderator")[0]
    assert post(stormy, "program", Authorization=f"Bearer {token}").status_code == 201


def test_the_page_without_scripts_keeps_the_text_and_says_why(stormy: Service) -> None:
    with httpx2.Client(base_url=stormy.url, headers={"Origin": stormy.url}) as browser:
        answer = browser.post("/a/main/plain", data={"body": KIND})
    assert answer.status_code == 428
    assert "Many comments are coming in at once" in answer.text
    assert KIND in answer.text


def test_there_is_no_storm_where_posts_are_not_counted(service: Service, article: str) -> None:
    for number in range(CALM + 2):
        service.post(article, f"{KIND} {number}.")
