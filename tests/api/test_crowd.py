"""What many clients, slow ones and odd ones cost, and that the others do not notice."""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest

from tests.api.texts import KIND
from tests.conditions import until
from tests.idlers import idling
from tests.lines import get, hear, line, measure, rest
from tests.service import API, Service, running
from tests.story.acting import measured

MOST = 40  # connections of the service that is examined here
EVENTS = f"{API}/articles/quiet/events"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that takes few connections."""
    yield from running(tmp_path_factory.mktemp("hall"), {"connections": str(MOST)})


def wait_for_silence(service: Service) -> None:
    """Wait until nobody but who asks is connected."""
    until(lambda: measure(service, "firstword_connections") == 1, within_s=30, every_s=0.1)


def test_who_does_not_read_is_dropped_however_little_it_takes(hall: Service) -> None:
    for number in range(18):
        hall.post("long", f"Paragraph {number}. " + "The harbour was lovely this morning. " * 90)
    asked = get(f"{API}/articles/long/comments")
    dropped = 'firstword_connections_dropped_total{why="unread"}'
    before = measure(hall, dropped)
    with ExitStack() as stack:
        # kept open, closed after the answer, closed and read a byte at a time
        for said in (asked, get(f"{API}/articles/long/comments", "Connection: close")):
            stack.enter_context(line(hall, said, is_small=True))
        sipped = stack.enter_context(line(hall, asked, is_small=True))
        heard = sip(sipped)
        until(lambda: measure(hall, dropped) == before + 3, within_s=40, every_s=0.2)
        with hall.client() as client:
            assert len(client.get("/articles/long/comments").content) > 100_000
        assert 0 < len(heard) < 100_000
    wait_for_silence(hall)


def sip(opened: socket.socket) -> list[bytes]:
    """Read a byte at a time, ten a second, until the connection is gone."""
    heard: list[bytes] = []

    def read() -> None:
        try:
            while piece := opened.recv(1):
                heard.append(piece)
                threading.Event().wait(0.1)
        except OSError:
            return

    threading.Thread(target=read, daemon=True).start()
    return heard


@pytest.mark.prove
def test_a_stream_that_nobody_reads_ends_and_holds_up_nobody(hall: Service) -> None:
    with line(hall, get(f"{API}/articles/busy/events"), is_small=True) as deaf:
        until(lambda: measure(hall, "firstword_streams") == 1)
        with hall.client() as client:
            for number in range(1500):
                answer = client.post("/articles/busy/comments", json={"body": f"{KIND} Walk {number}."})
                assert answer.status_code == 201
        until(lambda: measure(hall, "firstword_streams") == 0, within_s=60, every_s=0.2)
        until(lambda: measure(hall, "firstword_connections") == 1, within_s=60, every_s=0.2)
        assert len(rest(deaf)) < 200_000
    assert hall.page("busy", limit=1)["article"]["comment_count"] == 1500


def test_nothing_comes_after_a_stream_so_it_ends_with_its_client(hall: Service) -> None:
    with line(hall, get(EVENTS) + get("/healthz")) as at_once:
        assert rest(at_once) == b""
    with line(hall, get(EVENTS)) as later:
        hear(later, b"retry: 2000")
        later.sendall(get("/healthz"))
        assert b"HTTP/1.1" not in rest(later)
    until(lambda: measure(hall, "firstword_streams") == 0)


def test_who_leaves_amid_a_pipeline_leaves_nothing_behind(hall: Service) -> None:
    path = f"{API}/articles/quiet/comments"
    with line(hall, get(path, "X-Number: 1") + get(EVENTS)) as hasty:
        hear(hasty, b"retry: 2000")
        until(lambda: measure(hall, "firstword_streams") == 1)
    until(lambda: measure(hall, "firstword_streams") == 0)


def test_those_that_ask_nothing_make_room_for_those_that_ask(hall: Service) -> None:
    wait_for_silence(hall)
    with ExitStack() as stack:
        silent = [stack.enter_context(line(hall)) for _ in range(MOST + 4)]
        with line(hall, get("/healthz", "Connection: close")) as asking:
            assert rest(asking).startswith(b"HTTP/1.1 200")
        assert [rest(each) for each in silent[:5]] == [b""] * 5
        assert is_open(silent[5])
        silent[-1].sendall(get("/healthz", "Connection: close"))
        assert rest(silent[-1]).startswith(b"HTTP/1.1 200")
    wait_for_silence(hall)


def test_a_full_house_says_so_and_serves_those_that_are_in(hall: Service) -> None:
    wait_for_silence(hall)
    with ExitStack() as stack:
        inside = stack.enter_context(hall.client())
        assert inside.get("/articles/quiet/comments").status_code == 200
        streams = []
        for _ in range(MOST - 1):
            stream = stack.enter_context(line(hall, get(EVENTS)))
            hear(stream, b"retry: 2000")
            streams.append(stream)
        began_s = time.monotonic()
        outside = rest(stack.enter_context(line(hall, get("/healthz"))))
        assert outside.startswith(b"HTTP/1.1 503")
        assert b"\r\nretry-after: 1\r\n" in outside
        if time.monotonic() - began_s < 4:  # else the machine stood still for as long as a connection is kept
            assert inside.post("/articles/lively/comments", json={"body": KIND}).status_code == 201
        assert all(is_open(each) for each in streams)
    wait_for_silence(hall)


def is_open(stream: socket.socket) -> bool:
    """Tell whether nobody has closed a connection."""
    stream.setblocking(False)
    try:
        return stream.recv(65536) != b""
    except BlockingIOError:
        return True


IDLE = 10_000


@pytest.fixture
def _many_files() -> Iterator[None]:
    """Let this process hold as many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, IDLE + 500), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def arena(tmp_path_factory: pytest.TempPathFactory, _many_files: None) -> Iterator[Service]:
    """A service that takes as many connections."""
    yield from running(tmp_path_factory.mktemp("arena"), {"connections": str(IDLE + 200)})


HALF_SAID = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "


@pytest.mark.prove
@pytest.mark.parametrize("said", [b"", HALF_SAID, get(EVENTS)], ids=["silent", "slow", "stream"])
def test_ten_thousand_idle_connections_cost_little_and_hold_up_nobody(arena: Service, said: bytes) -> None:
    assert arena.process is not None
    process = psutil.Process(arena.process.pid)
    go_on(arena)
    before = process.memory_info().rss
    with idling(arena, IDLE, said) as idlers:
        until(lambda: measure(arena, "firstword_connections") > IDLE * 0.95, within_s=60, every_s=0.5)
        go_on(arena)
        held = measure(arena, "firstword_connections")
        each = (process.memory_info().rss - before) / held
        measured(f"each of {held:.0f} ({idlers.opened} opened)", each / 1024, "KB")
        assert held > IDLE * 0.9
        assert each <= 30 * 1024
    until(lambda: measure(arena, "firstword_connections") == 1, within_s=30, every_s=0.5)


def go_on(service: Service) -> None:
    """Post and read as others do."""
    with service.client() as client:
        for number in range(200):
            body = {"body": f"{KIND} Walk {number}."}
            assert client.post("/articles/lively/comments", json=body).status_code == 201
            assert client.get("/articles/lively/comments").status_code == 200
