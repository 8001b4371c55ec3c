"""Spans tell where the time of a post went, to whoever asked for traces, and nothing of what it said."""

import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from moderation.actions import tracing
from moderation.app import build, running
from moderation.settings import load
from moderation.telemetry import traces
from tests.conditions import until

pytestmark = pytest.mark.anyio

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ROUTE = "/api/v1/articles/{article_id:path}/comments"
PAGE = "/api/v1/articles/Zarticle/comments"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracing.begin(provider.get_tracer("test"))
    yield kept
    tracing.begin(None)


@pytest.fixture
async def client(tmp_path: Path, exporter: InMemorySpanExporter) -> AsyncIterator[httpx2.AsyncClient]:
    settings = load(data_dir=tmp_path)
    app = build(settings)
    async with running(settings) as parts:
        app.state.parts = parts
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1"
        ) as client:
            exporter.clear()
            yield client


def one(exporter: InMemorySpanExporter, name: str) -> ReadableSpan:
    """Return the last span of a name that has ended."""
    return until(lambda: [each for each in exporter.get_finished_spans() if each.name == name])[-1]


async def test_a_post_is_traced_from_the_request_to_its_commit_and_relay(
    client: httpx2.AsyncClient, exporter: InMemorySpanExporter
) -> None:
    traced = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Forwarded-For": "203.0.113.77"}
    said = {"body": "Zbody of a kind comment", "author": {"name": "Zname"}}
    answer = await client.post(PAGE, json=said, headers=traced)
    assert answer.status_code == 201
    request, write = one(exporter, f"POST {ROUTE}"), one(exporter, "write")
    assert f"{request.context.trace_id:032x}" == TRACE == answer.headers["X-Request-ID"]
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == PARENT
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": ROUTE,
        "http.response.status_code": 201,
    }
    assert write.parent == request.context

    def groups() -> list[ReadableSpan]:
        made = (each for each in exporter.get_finished_spans() if each.name == "group")
        return [each for each in made if [link.context for link in each.links] == [write.context]]

    [found] = until(groups)
    below = {each.name for each in exporter.get_finished_spans() if each.parent == found.context}
    assert below == {"score", "commit"}
    assert (one(exporter, "relay").attributes or {})["firstword.events"] >= 1
    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert not any(word in told for word in ("Zbody", "Zname", "Zarticle", "203.0.113"))


async def test_a_page_known_by_heart_is_traced_for_whoever_traces(
    client: httpx2.AsyncClient, exporter: InMemorySpanExporter
) -> None:
    for _ in range(2):
        await client.get(PAGE)
    exporter.clear()
    await client.get(PAGE)
    assert exporter.get_finished_spans() == ()
    await client.get(PAGE, headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    assert f"{one(exporter, f'GET {ROUTE}').context.trace_id:032x}" == TRACE


def test_of_an_error_its_kind_is_told_and_not_its_message(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Zbody"), tracing.span("work"):
        raise ValueError("Zbody")
    span = one(exporter, "work")
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert not span.status.is_ok
    assert "Zbody" not in span.to_json()


def test_spans_reach_a_collector(tmp_path: Path) -> None:
    received: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        with traces(load(data_dir=tmp_path, traces_url=url)), tracing.span("work"):
            pass
        server.shutdown()
    [sent] = [each for request in received for each in request.resource_spans]
    names = {each.key: each.value.string_value for each in sent.resource.attributes}
    assert names["service.name"] == "firstword"
    assert [span.name for scope in sent.scope_spans for span in scope.spans] == ["work"]


def run(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_nothing_is_loaded_where_no_traces_are_wanted() -> None:
    ran = run(  # redis-py loads the half for metrics by itself, where it is installed
        "import sys, moderation.serve; sys.exit('opentelemetry.sdk.trace' in sys.modules)"
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_collector_without_the_extra_is_refused_in_a_sentence(tmp_path: Path) -> None:
    ran = run(
        "import os, sys; sys.modules['opentelemetry.sdk'] = None; sys.argv = ['firstword', 'serve']\n"
        "os.environ['FIRSTWORD_TRACES_URL'] = 'http://127.0.0.1:1'\n"
        f"os.environ['FIRSTWORD_DATA_DIR'] = {str(tmp_path)!r}\n"
        "from moderation.cli import main; main()"
    )
    assert ran.returncode == 1
    [sentence] = ran.stderr.splitlines()
    assert "firstword[otel]" in sentence
