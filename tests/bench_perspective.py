"""The Perspective API's protocol under load: `python -m tests.bench perspective`, half a minute.

The clients share the machine with the scorer: read how busy its process was beside the rate.
"""

import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvloop

from tests.service import Service

SECONDS = 4.0
CLIENTS = 16
SIX = ("TOXICITY", "SEVERE_TOXICITY", "INSULT", "PROFANITY", "THREAT", "IDENTITY_ATTACK")
TEXT = (
    "I walked along the harbour this morning and the new lamps are a real improvement. But the mayor is a "
    "stupid idiot who should resign! Does nobody at the council ever read what people write? It is a shame, "
    "and they know it, but they never listen to anyone who lives here, do they? "
)


@dataclass(frozen=True, slots=True)
class Row:
    """What is asked: by how many clients, how long a text, and whether each sentence is scored."""

    name: str
    clients: int
    chars: int
    by_sentence: bool


ROWS = (
    Row("300 characters, spans a sentence", CLIENTS, 300, by_sentence=True),
    Row("300 characters, one span", CLIENTS, 300, by_sentence=False),
    Row("20,000 characters, spans a sentence", 1, 20_000, by_sentence=True),
)


def main() -> None:
    """Print a line a row."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder)).start("scorer")
        try:
            assert service.process is not None
            process = psutil.Process(service.process.pid)
            print(f"{'':38}{'a second':>10}{'p50 ms':>8}{'p99 ms':>8}{'CPU µs':>8}")
            for row in ROWS:
                before = sum(process.cpu_times()[:2])
                took = uvloop.run(_ask(row, int(service.url.rsplit(":", 1)[1])))
                cpu_us = (sum(process.cpu_times()[:2]) - before) / len(took) * 1e6
                p50, p99 = statistics.median(took), statistics.quantiles(took, n=100)[98]
                rate = len(took) / SECONDS
                print(f"{row.name:38}{rate:10,.0f}{p50 * 1e3:8.1f}{p99 * 1e3:8.1f}{cpu_us:8,.0f}")
            print(f"resident {process.memory_info().rss / 1e6:.0f} MB; load {psutil.getloadavg()[0]:.1f}")
        finally:
            service.stop()


async def _ask(row: Row, port: int) -> list[float]:
    """Return how long each answer took, in seconds."""
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = 0
        while (begun := time.perf_counter()) < end:
            asked += 1
            writer.write(_request(row, f"{number} {asked}. "))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200"), head
            await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            took.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(client(number) for number in range(row.clients)))
    return took


def _request(row: Row, begin: str) -> bytes:
    text = (begin + TEXT * (row.chars // len(TEXT) + 1))[: row.chars]
    asked = {
        "comment": {"text": text},
        "languages": ["en"],
        "requestedAttributes": {name: {} for name in SIX},
        "spanAnnotations": row.by_sentence,
        "doNotStore": True,
    }
    body = json.dumps(asked).encode()
    head = "POST /v1alpha1/comments:analyze?prettyPrint=false HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
    return head.encode() + str(len(body)).encode() + b"\r\n\r\n" + body


if __name__ == "__main__":
    main()
