"""What a request costs, beside a bare Starlette in the same run. About half a minute."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import psutil

from tests.service import Service

SECONDS = 4.0
CLIENTS = 16
BARE = """
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
async def hello(request):
    await request.body()
    return Response(b'{"hello":"world"}', media_type="application/json")
app = Starlette(routes=[Route("/{rest:path}", hello, methods=["GET", "POST"])])
"""
TEXT = "I walked along the harbour this morning, number {n}, and the new lamps are a real improvement for us."


def main() -> None:
    """Measure and print one table."""
    with tempfile.TemporaryDirectory() as folder:
        hello, hello_cpu = _with_bare(Path(folder))
        rows = [("bare Starlette, hello", hello, hello_cpu)]
        rows += _with_service(Path(folder) / "data")
    print(f"{CLIENTS} clients, {SECONDS:.0f} s a row, {os.cpu_count()} cores shared by server and client")
    print(f"{'':34} {'requests/s':>10} {'of hello':>9} {'CPU µs':>8}")
    for name, rate, cpu_us in rows:
        print(f"{name:34} {rate:10,.0f} {rate / hello:9.0%} {cpu_us:8,.0f}")


def _with_bare(folder: Path) -> tuple[float, float]:
    (folder / "bare.py").write_text(BARE)
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "bare:app", "--port", str(port), "--no-access-log"]
    process = subprocess.Popen([*command, "--log-level", "error"], cwd=folder)
    try:
        _wait(port)
        return _load(port, lambda _: _request("GET", "/"), process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _with_service(data_dir: Path) -> list[tuple[str, float, float]]:
    service = Service(data_dir).start()
    assert service.process is not None
    port, pid = int(service.url.rsplit(":", 1)[1]), service.process.pid
    page = "/api/v1/articles/{}/comments"
    counts = "/api/v1/counts?" + "&".join(f"article=counted-{number}" for number in range(100))
    try:
        with httpx2.Client(base_url=service.url) as client:
            for number in range(60):
                client.post(page.format("read"), json={"body": TEXT.format(n=number)})
        return [
            ("page of 50, cached", *_load(port, lambda _: _request("GET", page.format("read")), pid)),
            (
                "page of an unknown article",
                *_load(port, lambda n: _request("GET", page.format(f"x{n}")), pid),
            ),
            ("counts of 100 articles", *_load(port, lambda _: _request("GET", counts), pid)),
            ("post: score, judge, commit", *_load(port, lambda n: _post(page.format("write"), n), pid)),
        ]
    finally:
        service.stop()


def _load(port: int, request: Callable[[int], bytes], pid: int) -> tuple[float, float]:
    """Return (requests/s, CPU µs of the server a request)."""
    server = psutil.Process(pid)
    before = server.cpu_times()
    done, took_s = asyncio.run(_clients(port, request))
    after = server.cpu_times()
    cpu_s = after.user + after.system - before.user - before.system
    return done / took_s, cpu_s / done * 1e6


async def _clients(port: int, request: Callable[[int], bytes]) -> tuple[int, float]:
    started = time.perf_counter()
    counts = await asyncio.gather(*(_client(port, request, number, started) for number in range(CLIENTS)))
    return sum(counts), time.perf_counter() - started


async def _client(port: int, request: Callable[[int], bytes], first: int, started: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() - started < SECONDS:
        writer.write(request(first + CLIENTS * done))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 20"), head
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        done += 1
    writer.close()
    return done


def _request(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Content-Type: application/json\r\n\r\n" + body


def _post(path: str, number: int) -> bytes:
    return _request("POST", path, json.dumps({"body": TEXT.format(n=number)}).encode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise TimeoutError(f"nothing listens on {port}")


if __name__ == "__main__":
    main()
