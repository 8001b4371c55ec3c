"""Who is asking: cookies, tokens, passwords, links, CSRF, headers."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from tests.api.texts import KIND
from tests.service import Service

PASSWORD = "correct horse battery"


@pytest.fixture
def browser(service: Service) -> Iterator[httpx2.Client]:
    """A browser without its scripts: keeps cookies, sends the Origin of our own pages."""
    with httpx2.Client(base_url=service.url, headers={"Origin": service.url}, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def account(service: Service) -> str:
    made = service.run("moderator", "add", "mara", "--role", "moderator", stdin=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    return "mara"


def sign_in(browser: httpx2.Client, name: str, password: str) -> httpx2.Response:
    page = browser.get("/moderation/sign-in")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    return browser.post("/moderation/sign-in", data={"csrf": csrf[1], "name": name, "password": password})


def csrf_of(browser: httpx2.Client) -> str:
    found = re.search(r'<meta name="csrf" content="([^"]+)"', browser.get("/moderation").text)
    assert found is not None
    return found[1]


def test_a_reader_keeps_one_identity_by_cookie_on_our_own_pages(browser: httpx2.Client, article: str) -> None:
    first = browser.post(
        f"/api/v1/articles/{article}/comments", json={"body": KIND, "author": {"name": "Ann"}}
    )
    second = browser.post(f"/api/v1/articles/{article}/comments", json={"body": f"{KIND} Again."})
    assert first.json()["author"]["id"] == second.json()["author"]["id"]
    assert second.json()["author"]["name"] == "Ann"
    assert "HttpOnly" in first.headers["set-cookie"]
    assert browser.get("/api/v1/me").json()["name"] == "Ann"


def test_a_cookie_sent_by_another_site_proves_nothing(browser: httpx2.Client, article: str) -> None:
    first = browser.post(f"/api/v1/articles/{article}/comments", json={"body": KIND}).json()
    stolen = browser.post(
        f"/api/v1/articles/{article}/comments",
        json={"body": f"{KIND} Forged."},
        headers={"Origin": "https://evil.example"},
    ).json()
    assert stolen["author"]["id"] != first["author"]["id"]


def test_a_replayed_post_hands_nobody_the_first_authors_cookie(browser: httpx2.Client, article: str) -> None:
    address, headers = f"/api/v1/articles/{article}/comments", {"Idempotency-Key": "retry-1"}
    first = browser.post(address, json={"body": KIND}, headers=headers)
    browser.cookies.clear()
    again = browser.post(address, json={"body": KIND}, headers=headers)
    assert again.json()["id"] == first.json()["id"]
    assert "set-cookie" not in again.headers


def test_a_scorers_token_cannot_post(service: Service, tokens: dict[str, str], article: str) -> None:
    with service.client(tokens["scorer"]) as client:
        assert client.post(f"/articles/{article}/comments", json={"body": KIND}).status_code == 403


def test_a_forged_reader_token_is_refused(service: Service, article: str) -> None:
    token = service.reader("Ann")
    forged = token[:8] + ("0" if token[8] != "0" else "1") + token[9:]
    with service.client(forged) as client:
        assert client.post(f"/articles/{article}/comments", json={"body": KIND}).status_code == 401


def test_a_moderator_signs_in_works_and_signs_out(browser: httpx2.Client, account: str) -> None:
    assert sign_in(browser, account, PASSWORD).headers["location"] == "/moderation"
    csrf = csrf_of(browser)
    assert browser.get("/api/v1/moderation/queue").status_code == 200
    claim = {"limit": 1}
    with_token = browser.post("/api/v1/moderation/queue:claim", json=claim, headers={"X-CSRF-Token": csrf})
    without = browser.post("/api/v1/moderation/queue:claim", json=claim)
    foreign = browser.post(
        "/api/v1/moderation/queue:claim",
        json=claim,
        headers={"X-CSRF-Token": csrf, "Origin": "https://evil.example"},
    )
    assert (with_token.status_code, without.status_code, foreign.status_code) == (200, 403, 403)
    assert browser.post("/moderation/sign-out", data={"csrf": "wrong"}).status_code == 403
    assert browser.post("/moderation/sign-out", data={"csrf": csrf}).status_code == 303
    assert browser.get("/api/v1/moderation/queue").status_code == 401


def test_the_desk_writes_in_its_own_name_with_a_badge(
    browser: httpx2.Client, account: str, article: str
) -> None:
    sign_in(browser, account, PASSWORD)
    address, csrf = f"/api/v1/articles/{article}/comments", csrf_of(browser)
    said = browser.post(address, json={"body": KIND}, headers={"X-CSRF-Token": csrf})
    assert said.json()["author"]["name"] == account
    assert said.json()["author"]["badges"] == ["moderator"]
    forged = browser.post(address, json={"body": KIND}, headers={"X-CSRF-Token": "wrong"})
    foreign = {"X-CSRF-Token": csrf, "Origin": "https://evil.example"}
    assert (forged.status_code, browser.post(address, json={"body": KIND}, headers=foreign).status_code) == (
        403,
        403,
    )
    reader = browser.post(address, json={"body": f"{KIND} Without."}).json()
    assert reader["author"]["badges"] == []
    assert browser.get(f"/api/v1/articles/{article}/comments").json()["items"][1]["author"]["badges"] == [
        "moderator"
    ]


@pytest.mark.parametrize(("name", "password"), [("mara", "wrong password 1"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_is_refused_in_the_same_words(
    browser: httpx2.Client, account: str, name: str, password: str
) -> None:
    answer = sign_in(browser, name, password)
    assert answer.status_code == 403
    assert "Name or password is wrong." in answer.text


def test_a_form_without_its_token_is_refused(browser: httpx2.Client, account: str) -> None:
    answer = browser.post("/moderation/sign-in", data={"csrf": "x", "name": account, "password": PASSWORD})
    assert answer.status_code == 403


def test_the_sign_in_link_works_once(
    browser: httpx2.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    service = Service(tmp_path_factory.mktemp("link")).start()
    try:
        first = browser.get(service.sign_in_link)
        assert (first.status_code, first.headers["location"]) == (303, "/moderation")
        assert browser.get(service.sign_in_link).status_code == 403
    finally:
        service.stop()


def test_pages_come_with_a_strict_policy(browser: httpx2.Client) -> None:
    for path in ("/", "/moderation/sign-in", "/api/v1/docs", "/embed.js"):
        answer = browser.get(path)
        assert answer.status_code == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", answer.text)


def test_no_text_no_token_and_no_address_is_in_the_log(service: Service, article: str) -> None:
    secret = "a very particular sentence about lighthouses"
    service.post(article, secret)
    log = (service.data_dir / "stderr.txt").read_text()
    assert '"status":201' in log
    assert secret not in log
    assert article not in log
    assert "fwk_" not in log
    assert "fwr_" not in log
