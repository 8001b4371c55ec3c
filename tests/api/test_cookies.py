"""Behind TLS: cookies that nobody else can set or send, and pages that nobody can frame."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie

import httpx2
import pytest

from tests.api.test_attackers import add_moderator
from tests.api.test_identity import PASSWORD
from tests.api.texts import KIND
from tests.lines import get, line, rest
from tests.service import API, Service, running

HOST = "comments.example"
OWN = f"https://{HOST}"
CLAIM = f"{API}/moderation/queue:claim"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with an https address, whose proxy says nothing of TLS."""
    yield from running(tmp_path_factory.mktemp("public"), {"public_url": f"{OWN}/"})


class Visitor:
    """A browser behind the proxy; cookies are kept by hand, since the last step is without TLS."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self.jar: dict[str, str] = {}
        self.set: dict[str, SimpleCookie] = {}

    def ask(self, method: str, path: str, *, origin: str | None = OWN, **more: object) -> httpx2.Response:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}
        headers |= {"Origin": origin} if origin else {}
        headers |= more.pop("headers", {})  # type: ignore[arg-type]
        answer = self._client.request(method, path, headers=headers, **more)  # type: ignore[arg-type]
        for said in answer.headers.get_list("set-cookie"):
            cookie = SimpleCookie(said)
            [(name, morsel)] = cookie.items()
            self.set[name] = cookie
            self.jar[name] = morsel.value
        return answer

    def sign_in(self, name: str) -> None:
        """Sign in."""
        assert self.ask("POST", "/moderation/sign-in", data=self.form(name)).status_code == 303

    def form(self, name: str) -> dict[str, str]:
        """Open the sign-in form and fill it in."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.ask("GET", "/moderation/sign-in").text)
        assert found is not None
        return {"csrf": found[1], "name": name, "password": PASSWORD}

    def csrf(self) -> str:
        """Return the session's CSRF token, as the console's page has it."""
        found = re.search(r'<meta name="csrf" content="([^"]+)"', self.ask("GET", "/moderation").text)
        assert found is not None
        return found[1]


@pytest.fixture(scope="module")
def client(public: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=public.url, headers={"Host": HOST}, timeout=30) as client:
        yield client


@pytest.fixture
def visitor(client: httpx2.Client) -> Visitor:
    return Visitor(client)


@pytest.fixture(scope="module")
def mara(public: Service, client: httpx2.Client) -> Visitor:
    """Somebody who is signed in, and has posted."""
    visitor = Visitor(client)
    visitor.sign_in(add_moderator(public))
    assert visitor.ask("POST", f"{API}/articles/x/comments", json={"body": KIND}).status_code == 201
    return visitor


def test_behind_tls_every_cookie_is_bound_to_our_host(mara: Visitor) -> None:
    assert mara.set.keys() == {
        "__Host-fw_form",
        "__Host-fw_device",
        "__Host-fw_console",
        "__Host-fw_reader",
    }
    for cookie in mara.set.values():
        [morsel] = cookie.values()
        assert (morsel["secure"], morsel["httponly"], morsel["path"]) == (True, True, "/")
        assert (morsel["samesite"], morsel["domain"]) == ("lax", "")


def test_a_cookie_that_a_sibling_domain_could_have_set_is_not_believed(
    mara: Visitor, visitor: Visitor
) -> None:
    visitor.jar["fw_console"] = mara.jar["__Host-fw_console"]
    assert visitor.ask("GET", "/moderation").status_code == 303
    visitor.jar["__Host-fw_console"] = mara.jar["__Host-fw_console"]
    assert visitor.ask("GET", "/moderation").status_code == 200


def test_a_session_writes_only_for_our_own_pages(mara: Visitor) -> None:
    csrf = {"X-CSRF-Token": mara.csrf()}
    assert mara.ask("POST", CLAIM, json={"limit": 1}, headers=csrf).status_code == 200
    for origin in (None, "null", "https://evil.example", f"http://{HOST}", f"{OWN}.evil.example"):
        refused = mara.ask("POST", CLAIM, json={"limit": 1}, headers=csrf, origin=origin)
        assert refused.status_code == 403, origin


def test_a_session_writes_no_form_of_another_site(mara: Visitor) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"X-CSRF-Token": mara.csrf(), "Content-Type": kind}
        assert mara.ask("POST", CLAIM, content=b'{"limit": 1}', headers=headers).status_code == 403, kind


def test_no_other_site_signs_somebody_in_or_out(mara: Visitor, visitor: Visitor) -> None:
    form = visitor.form("anybody")
    refused = visitor.ask("POST", "/moderation/sign-in", data=form, origin="https://evil.example")
    assert (refused.status_code, "expired" in refused.text) == (403, True)
    out = {"csrf": mara.csrf()}
    assert (
        mara.ask("POST", "/moderation/sign-out", data=out, origin="https://evil.example").status_code == 403
    )
    assert mara.ask("GET", "/moderation").status_code == 200


def test_no_page_can_be_framed_and_every_answer_asks_for_tls(visitor: Visitor) -> None:
    article = f"{API}/articles/x/comments"
    for path in ("/", "/moderation/sign-in", "/moderation", f"{API}/docs", "/nowhere", article, article):
        answer = visitor.ask("GET", path)
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../identity.py",
        "/static/%2e%2e/identity.py",
        "/static/..%2fidentity.py",
        "/static/....//identity.py",
        "/static/..\\identity.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/shared/%2e%2e/%2e%2e/templates/console.html",
        "/static/console.css%00.js",
        "/embed.js/../templates/console.html",
        "/static/%252e%252e/identity.py",
    ],
)
def test_no_path_leads_out_of_the_folder_of_scripts(public: Service, path: str) -> None:
    with line(public, get(path, "Connection: close")) as asked:
        heard = rest(asked)
    assert heard.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400", b"HTTP/1.1 307")), heard[:300]
