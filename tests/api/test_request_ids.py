"""A request has one name: in its answer, an error's body and the log, where nothing that people typed is."""

import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conditions import until
from tests.service import API, Service

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def lines(service: Service) -> list[dict[str, Any]]:
    """Return what the service has logged; every line is JSON."""
    return [json.loads(line) for line in (service.data_dir / "stderr.txt").read_text().splitlines()]


def named(service: Service, **headers: str) -> str:
    """Return the name that a request with these headers gets."""
    answer = httpx2.get(
        f"{service.url}{API}/me", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    return answer.headers["X-Request-ID"]


def test_a_well_formed_name_is_taken_over_and_anything_else_is_replaced(service: Service) -> None:
    parent = f"00-{TRACE}-00f067aa0ba902b7-01"
    assert named(service, X_Request_ID="proxy-0123456789") == "proxy-0123456789"
    assert named(service, traceparent=parent) == TRACE
    assert named(service, traceparent=parent, X_Request_ID="proxy-0123456789") == "proxy-0123456789"
    for bad in ("short", "x" * 65, "fwk_0123456789abcdef", "192.168.17.23", "a b c d e f g", '"},{"a":"b'):
        assert named(service, X_Request_ID=bad) != bad
    for bad in (f"00-{'0' * 32}-00f067aa0ba902b7-01", "00-xyz", f"00-{TRACE}-short-01"):
        assert len(named(service, traceparent=bad)) == 32
        assert named(service, traceparent=bad) != TRACE


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{API}/comments/nothing", 404),
        ("GET", "/nowhere", 404),
        ("POST", f"{API}/articles/a/comments", 422),
        ("GET", f"{API}/moderation/queue", 401),
    ],
)
def test_an_error_names_the_request_in_its_body_and_the_log_has_it(
    service: Service, method: str, path: str, status: int
) -> None:
    answer = httpx2.request(method, service.url + path)
    assert answer.status_code == status
    name = answer.headers["X-Request-ID"]
    assert answer.json()["request_id"] == name
    [line] = until(lambda: [line for line in lines(service) if line.get("id") == name])
    assert (line["event"], line["status"], line["method"]) == ("request", status, method)


def test_a_page_known_by_heart_takes_the_name_over_too(service: Service, article: str) -> None:
    page = f"{service.url}{API}/articles/{article}/comments"
    for _ in range(3):
        answer = httpx2.get(page, headers={"X-Request-ID": "proxy-0123456789"})
        assert answer.headers["X-Request-ID"] == "proxy-0123456789"


def test_neither_texts_nor_names_nor_addresses_nor_tokens_are_logged(tmp_path: Path) -> None:
    service = Service(tmp_path, trusted_proxies="127.0.0.1").start()
    try:
        token = service.token("moderator")
        said = {"X-Forwarded-For": "203.0.113.77", "Idempotency-Key": "Zkeyword"}
        with service.client() as reader:
            reader.headers.update(said)
            post = "/articles/Zarticle/comments"
            reader.post(post, json={"body": "Zbody of mine", "author": {"name": "Zname"}})
            reader.post(post, json={"body": "Zbody of mine", "author": {"name": "Zname" * 100}})
            reader.post(post, content=b'{"body": "Zbroken')
            reader.post(post, content=b'{"body": "Zbody", "parent_id": "Zparent", "Zfield": "\\ud800"}')
            reader.get("/me/comments?article=Zquery", headers={"Authorization": "Bearer fwr_Ztoken"})
            reader.get("/comments/Zcomment")
            assert (
                reader.get("/moderation/queue", headers={"Authorization": f"Bearer {token}"}).status_code
                == 200
            )
            httpx2.get(f"{service.url}/moderation/sign-in?link=Zlink")
            httpx2.post(f"{service.url}/moderation/sign-in", data={"name": "Zuser", "password": "Zpassword"})
            httpx2.get(
                f"{service.url}/Zpath?key=Zkey", headers={"User-Agent": "Zagent", "Cookie": "z=Zcookie"}
            )
            until(lambda: sum(line["event"] == "request" for line in lines(service)) >= 10)
    finally:
        service.stop()
    log = (service.data_dir / "stderr.txt").read_text()
    assert re.findall("Z[a-z]+", log) == []
    assert "203.0.113" not in log
    assert token not in log
