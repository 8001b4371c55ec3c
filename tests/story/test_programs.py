"""Programs with keys: what they suggest teaches once it is trusted, what they ask is counted and bounded."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conditions import until
from tests.service import Service
from tests.story.conftest import Start

ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"
REQUEST = {"comment": {"text": "You are a fool."}, "requestedAttributes": {"TOXICITY": {}}}


def rows(service: Service, *command: str) -> list[dict[str, Any]]:
    listed = service.run(*command, "--json")
    assert listed.returncode == 0, listed.stderr
    found: list[dict[str, Any]] = json.loads(listed.stdout)
    return found


def told(service: Service, *command: str) -> str:
    done = service.run(*command)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def suggest(service: Service, key: str, text: str, value: float) -> None:
    answer = httpx2.post(
        service.url + SUGGEST,
        params={"key": key},
        json={
            "comment": {"text": text},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": value}}},
            "communityId": "Coral:demo",
        },
    )
    assert answer.status_code == 200, answer.text


def exported(service: Service, file: Path) -> list[dict[str, Any]]:
    assert service.run("labels", "export", str(file)).returncode == 0
    return [json.loads(each) for each in file.read_text().splitlines()]


def test_what_a_key_suggests_teaches_only_once_it_is_trusted_and_can_be_forgotten(
    new_service: Start, tmp_path: Path
) -> None:
    service = new_service().start()
    key = told(service, "token", "create", "--role", "scorer", "--name", "forum")
    suggest(service, key, "You are a fool.", 1)
    suggest(service, key, "What a lovely lamp.", 0)
    assert exported(service, tmp_path / "untrusted") == []

    [owner] = [row for row in rows(service, "token", "list") if row["name"] == "forum"]
    assert "0.5" in told(service, "token", "trust", owner["id"])
    first, second = exported(service, tmp_path / "trusted")
    assert (first["text"], first["labels"]) == ("You are a fool.", {"toxicity": 1.0})
    assert (second["text"], second["labels"]) == ("What a lovely lamp.", {"toxicity": 0.0})
    assert {(each["weight"], each["source"], each["author"]) for each in (first, second)} == {
        (0.5, "suggested", owner["id"])
    }
    [counted] = rows(service, "labels", "suggested")
    assert (counted["key"], counted["community"], counted["number"]) == (owner["id"], "Coral:demo", 2)

    assert "1" in told(service, "labels", "forget", "--text", "You are a fool.")
    assert [each["text"] for each in exported(service, tmp_path / "rest")] == ["What a lovely lamp."]
    assert "0" in told(service, "labels", "forget", "--key", owner["id"], "--community", "other")
    assert "1" in told(service, "labels", "forget", "--key", owner["id"])
    assert exported(service, tmp_path / "none") == []
    assert service.run("labels", "forget").returncode == 1
    assert service.run("token", "trust", owner["id"], "--weight", "2").returncode == 1
    assert service.run("token", "trust", "no-such-token").returncode == 1
    service.stop()
    for file in service.data_dir.glob("firstword.db*"):
        assert b"You are a fool." not in file.read_bytes()


def test_a_keys_own_rate_is_kept_its_use_counted_and_its_end_heard_of(new_service: Start) -> None:
    service = new_service().start()
    key = told(service, "token", "create", "--role", "scorer", "--name", "bot", "--rate", "2/hour")

    def ask() -> httpx2.Response:
        return httpx2.post(service.url + ANALYZE, params={"key": key}, json=REQUEST)

    with service.client(key) as own:  # a rate is a key's, whichever interface it asks
        assert own.post("/score", json={"texts": ["You fool."]}).status_code == 200
        assert ask().status_code == 200
        assert own.post("/score", json={"texts": ["You fool."]}).status_code == 429
    refused = ask()
    error = refused.json()["error"]
    assert (refused.status_code, error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert error["message"].startswith("Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)'")
    assert error["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"
    assert 1 <= int(refused.headers["retry-after"]) <= 3600

    def used() -> dict[str, Any]:
        [row] = [row for row in rows(service, "token", "list") if row["name"] == "bot"]
        return row

    row = until(lambda: found if (found := used())["today"] else None, within_s=30, every_s=0.5)
    assert (row["rate"], row["today"], row["thirty_days"], row["refused"]) == ("2/hour", 2, 2, 2)
    assert service.run("token", "limit", row["id"], "fast").returncode == 1
    told(service, "token", "limit", row["id"], "off")
    until(lambda: ask().status_code == 200, within_s=20, every_s=0.2)
    told(service, "token", "revoke", row["id"])
    until(lambda: ask().status_code == 400, within_s=20, every_s=0.2)
    service.stop()


@pytest.mark.parametrize("keys", ["", "first,second"])
def test_a_scorer_alone_needs_no_database_and_keeps_nothing(new_service: Start, keys: str) -> None:
    service = new_service(scorer_keys=keys)
    service.start("scorer")
    with httpx2.Client(base_url=service.url) as client:
        answer = client.post(ANALYZE, params={"key": "second"} if keys else {}, json=REQUEST)
        assert answer.status_code == 200, answer.text
        assert client.post(ANALYZE, params={"key": "third"}, json=REQUEST).status_code == (
            400 if keys else 200
        )
        scores = {"comment": {"text": "x"}, "attributeScores": {"SPAM": {"summaryScore": {"value": 1}}}}
        unkept = client.post(SUGGEST, params={"key": "first"}, json=scores)
        assert (unkept.status_code, unkept.json()["error"]["status"]) == (503, "UNAVAILABLE")
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
        assert "firstword_http_requests_total" in client.get("/metrics").text
        assert client.get("/api/v1/me").status_code == 404
    assert service.stop() == 0
    assert {file.name for file in service.data_dir.iterdir()} <= {"stdout.txt", "stderr.txt"}


def test_a_scorer_without_keys_is_for_this_machine_alone(new_service: Start) -> None:
    refused = new_service(host="0.0.0.0").run("scorer", within_s=30)  # noqa: S104 - which is the point
    assert refused.returncode == 1
    assert "FIRSTWORD_SCORER_KEYS" in refused.stderr


def test_beside_an_installation_a_scorer_takes_its_keys_and_its_suggestions(
    new_service: Start, tmp_path: Path
) -> None:
    service = new_service()
    key = told(service, "token", "create", "--role", "scorer", "--name", "forum")
    service.start("scorer")
    answer = httpx2.post(service.url + ANALYZE, params={"key": key}, json=REQUEST)
    assert answer.status_code == 200, answer.text
    assert httpx2.post(service.url + ANALYZE, params={"key": "other"}, json=REQUEST).status_code == 400
    suggest(service, key, "You are a fool.", 1)
    service.stop()
    [owner] = rows(service, "token", "list")
    assert owner["today"] == 2
    told(service, "token", "trust", owner["id"])
    assert [each["text"] for each in exported(service, tmp_path / "labels")] == ["You are a fool."]
