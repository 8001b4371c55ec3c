"""What somebody would try who means ill: each hole that was found once, tried again."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from uuid import uuid4

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from moderation.actions import follow
from moderation.web import endpoint
from moderation.web.guard import HEADERS, Guard
from tests.api.test_identity import PASSWORD, sign_in
from tests.api.texts import KIND
from tests.conditions import until
from tests.service import API, Service, running

HOST = "comments.example"


@pytest.fixture(scope="module")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that answers for one name, behind a proxy on this machine, with impatient limits."""
    folder = tmp_path_factory.mktemp("fortress")
    yield from running(folder, {"allowed_hosts": HOST, "trusted_proxies": "127.0.0.1"})


@pytest.fixture
def behind(fortress: Service) -> Iterator[httpx2.Client]:
    """A client that the proxy says has an address elsewhere."""
    with httpx2.Client(base_url=fortress.url, headers={"Host": HOST}, timeout=30) as client:
        client.headers["X-Forwarded-For"] = "2001:db8:1:2::3"
        yield client


def add_moderator(service: Service) -> str:
    name = f"mod-{uuid4().hex[:8]}"
    made = service.run("moderator", "add", name, "--role", "moderator", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    return name


def raw(service: Service, said: bytes, late: bytes = b"") -> bytes:
    """Say something on a fresh connection; return all that comes until the other side closes.

    late: said after the first piece of the answer.
    """
    port = int(service.url.rsplit(":", 1)[1])
    with closing(socket.create_connection(("127.0.0.1", port), timeout=endpoint.BODY_S + 10)) as line:
        line.sendall(said)
        heard = b""
        while piece := line.recv(65536):
            heard += piece
            if late:
                line.sendall(late)
                late = b""
        return heard


@pytest.mark.anyio
async def test_our_own_mistake_is_answered_with_all_security_headers() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError("ours")

    transport = httpx2.ASGITransport(Guard(broken))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "ours" not in answer.text


def test_measures_are_for_this_machine_and_for_staff(fortress: Service, behind: httpx2.Client) -> None:
    assert behind.get("/metrics").status_code == 401
    reader = {"Authorization": f"Bearer {fortress.token('scorer')}"}
    assert behind.get("/metrics", headers=reader).status_code == 403
    staff = {"Authorization": f"Bearer {fortress.token('moderator')}"}
    assert "firstword_http_requests_total" in behind.get("/metrics", headers=staff).text
    del behind.headers["X-Forwarded-For"]
    assert behind.get("/metrics").status_code == 200


def test_probes_may_ask_by_address_and_nobody_else_may(fortress: Service) -> None:
    with httpx2.Client(base_url=fortress.url) as client:
        assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
        assert client.get("/").status_code == 400


def test_strangers_who_guess_do_not_lock_the_owner_out(fortress: Service, behind: httpx2.Client) -> None:
    name = add_moderator(fortress)
    assert sign_in(behind, name, PASSWORD).status_code == 303
    del behind.cookies["fw_console"]
    with httpx2.Client(base_url=fortress.url, headers={"Host": HOST}) as stranger:
        refused = []
        for number in range(31):  # each from a network of its own
            stranger.headers["X-Forwarded-For"] = f"198.51.{number}.1"
            refused.append(sign_in(stranger, name, "not the password").status_code)
        assert refused == [403] * 29 + [429] * 2  # the first sign-in was a stranger's too
        assert sign_in(stranger, name, PASSWORD).status_code == 429
    assert sign_in(behind, name, PASSWORD).status_code == 303


def test_addresses_of_one_network_count_as_one(fortress: Service) -> None:
    with httpx2.Client(base_url=fortress.url, headers={"Host": HOST}) as stranger:
        found = []
        for number in range(11):
            stranger.headers["X-Forwarded-For"] = f"2001:db8:77:1::{number + 1:x}"
            found.append(sign_in(stranger, f"nobody-{number}", "not the password").status_code)
    assert found == [403] * 10 + [429]


def test_a_new_sign_in_ends_the_session_before_it(fortress: Service, behind: httpx2.Client) -> None:
    name = add_moderator(fortress)
    sign_in(behind, name, PASSWORD)
    former = behind.cookies["fw_console"]
    sign_in(behind, name, PASSWORD)
    assert behind.cookies["fw_console"] != former
    assert behind.get("/moderation").status_code == 200
    behind.cookies.clear()
    behind.cookies.set("fw_console", former)
    assert behind.get("/moderation").status_code == 303


def test_a_forged_device_cookie_gains_nothing(fortress: Service, behind: httpx2.Client) -> None:
    behind.headers["X-Forwarded-For"] = "203.0.113.9"
    behind.cookies.set("fw_device", f"{b'admin'.hex()}:00.forged")
    found = [sign_in(behind, "admin", "guess").status_code for _ in range(11)]
    assert found[-1] == 429


def test_a_defer_releases_no_other_comments_lease(service: Service) -> None:
    article = f"lease-{uuid4().hex}"
    for number in range(2):
        held = service.post(article, f"My neighbour said kys to referee number {number}, not kind.")
        assert held["status"] == "pending"
    with service.client(service.token("moderator")) as moderator:

        def claimed() -> list[dict[str, dict[str, str]]]:
            for card in moderator.post("/moderation/queue:claim", json={"limit": 50}).json()["items"]:
                if card["comment"]["article_id"] == article:
                    mine.append(card)
                else:  # another test's
                    moderator.post(f"/moderation/leases/{card['lease']['token']}:release")
            return mine if len(mine) == 2 else []

        mine: list[dict[str, dict[str, str]]] = []
        first, second = until(claimed)
        deferred = moderator.post(
            f"/moderation/comments/{first['comment']['id']}/decisions",
            json={"action": "defer", "version": first["version"], "lease": second["lease"]["token"]},
        )
        assert deferred.status_code == 201
        kept = moderator.post(f"/moderation/leases/{second['lease']['token']}:extend")
        assert kept.status_code == 200
        moderator.post(f"/moderation/leases/{second['lease']['token']}:release")


UNFINISHED = {
    "silence": b"",
    "half a line": b"GET / HT",
    "half a header": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "half a second request": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost",
    "half a body": b"POST /api/v1/articles/x/comments HTTP/1.1\r\nHost: comments.example\r\n"
    b"Content-Length: 500\r\n\r\n{",
}


ANSWERED = {  # what comes after the answer, and is no request
    "a body nobody read": (
        b"POST /nowhere HTTP/1.1\r\nHost: comments.example\r\nContent-Length: 500\r\n\r\n{",
        b"x",
    ),
    "a body of a read": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n", b"x"),
    "a blank line": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
}


def test_who_goes_on_after_an_answer_with_no_request_is_cut_off(fortress: Service) -> None:
    with ThreadPoolExecutor(len(ANSWERED)) as threads:
        waiting = [threads.submit(raw, fortress, *said) for said in ANSWERED.values()]
        heard = [each.result() for each in waiting]
    assert [each[:12] for each in heard] == [b"HTTP/1.1 404", b"HTTP/1.1 200", b"HTTP/1.1 200"]


def test_who_does_not_finish_a_request_is_cut_off_and_holds_nobody_up(
    fortress: Service, behind: httpx2.Client
) -> None:
    with ThreadPoolExecutor(len(UNFINISHED)) as threads:  # each ends, because the service closes
        waiting = {name: threads.submit(raw, fortress, said) for name, said in UNFINISHED.items()}
        posted = behind.post(f"{API}/articles/meanwhile/comments", json={"body": KIND})
        heard = {name: each.result() for name, each in waiting.items()}
    assert posted.status_code == 201
    assert heard.pop("half a body").startswith(b"HTTP/1.1 408")
    assert heard.pop("half a second request").count(b"HTTP/1.1 200") == 1
    assert set(heard.values()) == {b""}


def test_headers_without_an_end_are_refused(fortress: Service) -> None:
    line = b"X-Filler: " + b"a" * 1000 + b"\r\n"
    heard = raw(fortress, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + line * 70)
    assert heard.startswith(b"HTTP/1.1 431")


def test_a_large_body_is_no_large_header(service: Service) -> None:
    text = KIND * 3000
    answer = httpx2.post(f"{service.url}{API}/articles/x/comments", json={"body": text})
    assert answer.status_code == 422  # too long for a comment, and read to its end


@pytest.mark.parametrize(
    "odd",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Host : spaced\r\n\r\n",
    ],
)
def test_what_two_servers_could_read_differently_is_refused(service: Service, odd: bytes) -> None:
    heard = raw(
        service, b"POST /api/v1/articles/x/comments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + odd
    )
    assert re.match(rb"HTTP/1\.1 4\d\d", heard), heard[:200]


def test_one_address_cannot_collect_streams(fortress: Service) -> None:
    path = f"{API}/articles/ferry/events"
    with (
        ExitStack() as stack,
        httpx2.Client(
            base_url=fortress.url,
            headers={"Host": HOST, "X-Forwarded-For": "203.0.113.77"},
            limits=httpx2.Limits(max_connections=follow.MOST_STREAMS + 5),
            timeout=30,
        ) as client,
    ):
        kept = []
        for _ in range(follow.MOST_STREAMS):
            answer = stack.enter_context(client.stream("GET", path))
            assert answer.status_code == 200
            heard = answer.iter_bytes()
            next(heard)
            kept.append(heard)  # a generator that is dropped closes its stream
        refused = client.get(path)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(follow.RETRY_S))
        other = client.build_request("GET", path, headers={"X-Forwarded-For": "203.0.113.78"})
        answer = client.send(other, stream=True)
        assert answer.status_code == 200
        answer.close()
    with httpx2.Client(base_url=fortress.url, headers={"Host": HOST}) as client:
        client.headers["X-Forwarded-For"] = "203.0.113.77"
        until(lambda: opened(client, path), within_s=30)


def opened(client: httpx2.Client, path: str) -> bool:
    with client.stream("GET", path) as answer:
        return answer.status_code == 200


@pytest.mark.parametrize("size", [40_000, 60_000, 120_000])
def test_a_large_head_is_refused_also_when_it_comes_at_once(fortress: Service, size: int) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Filler: " + b"a" * size
    assert raw(fortress, head + b"\r\n\r\n").startswith(b"HTTP/1.1 431")


def test_a_trailer_does_not_say_who_asks(fortress: Service) -> None:
    head = b"GET /metrics HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\nConnection: close\r\n"
    chunked = b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n"
    assert raw(fortress, head + chunked).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("scheme", ["ws", "wss", "gopher"])
def test_a_scheme_that_no_page_has_is_no_mistake_of_ours(behind: httpx2.Client, scheme: str) -> None:
    for path in ("/healthz", f"{API}/articles/x/comments", f"{API}/articles/x/comments"):
        answer = behind.get(path, headers={"X-Forwarded-Proto": scheme})
        assert (answer.status_code, answer.headers["x-frame-options"]) == (200, "DENY")
