"""A stop amid everything: what was accepted is finished, pages are sent away, nobody is waited for."""

import re
import socket
import time
from contextlib import ExitStack

from tests.conditions import until
from tests.lines import get, half_a_post, hear, line, rest
from tests.service import API, Service
from tests.story.acting import Crowd, measured
from tests.story.conftest import Start
from tests.story.seed import tokens
from tests.story.test_crash import check_nothing_lost

STREAMS = 100
STOP_S = 5.0  # promised


def test_a_stop_finishes_what_was_accepted_and_sends_the_pages_away(new_service: Start) -> None:
    service = new_service().start()
    with ExitStack() as stack:
        streams = open_streams(service, stack)
        unfinished = [stack.enter_context(line(service, half_a_post("half"))) for _ in range(20)]
        for said in (b"", b"GET / HT", get("/healthz") + b"GET /heal"):
            unfinished += [stack.enter_context(line(service, said)) for _ in range(10)]
        deaf = stack.enter_context(unread(service))
        crowd = Crowd(service, "ferry").start()
        until(lambda: len(crowd.ledger.posted) >= 20, within_s=30)

        began_s = time.monotonic()
        assert service.stop() == 0
        took_s = time.monotonic() - began_s
        crowd.join()

        measured("stop_s", took_s)
        assert took_s <= STOP_S
        retries = [int(re.findall(rb"retry: (\d+)\n\n", rest(each))[-1]) for each in streams]
        assert min(retries) >= 2000
        assert len(set(retries)) > STREAMS / 2  # they do not all come back in the same instant
        assert b'"status":201' not in b"".join(rest(each) for each in unfinished)
        assert rest(deaf).startswith(b"HTTP/1.1 200")
    assert set(crowd.refused) <= {503}
    assert '"level":"error"' not in (service.data_dir / "stderr.txt").read_text()
    service.start()
    with service.client(tokens(service, "moderator")[0]) as moderator:
        check_nothing_lost(service, moderator, "ferry", crowd)


def open_streams(service: Service, stack: ExitStack) -> list[socket.socket]:
    """Open streams on a few articles; return when all have begun."""
    asked = [get(f"{API}/articles/followed-{number % 7}/events") for number in range(STREAMS)]
    streams = [stack.enter_context(line(service, each)) for each in asked]
    for each in streams:
        hear(each, b"retry: 2000")
    return streams


def unread(service: Service) -> socket.socket:
    """Ask for a large page and read none of it."""
    for number in range(18):
        service.post("long", f"Paragraph {number}. " + "The harbour was lovely this morning. " * 90)
    return line(service, get(f"{API}/articles/long/comments"), is_small=True)
