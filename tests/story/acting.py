"""Many people at once: threads that begin at the same instant, or that go on until told to stop."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TypeVar
from uuid import uuid4

import httpx2

from tests.faults.ledger import Ledger
from tests.service import Service

T = TypeVar("T")

log = logging.getLogger(__name__)


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Run every act in a thread of its own, all from the same instant; return what they return."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def post_all(service: Service, article: str, bodies: Sequence[str], *, site: str = "main") -> list[str]:
    """Post comments over a few connections; return their ids in the order of the bodies."""

    def post(body: str) -> str:
        answer = client.post(f"/articles/{article}/comments", params={"site": site}, json={"body": body})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    with service.client() as client, ThreadPoolExecutor(4) as pool:
        return list(pool.map(post, bodies))


class Crowd:
    """Readers who post as fast as they are answered, until the service is gone."""

    # Published, held for a listed phrase, refused: every status takes part.
    TEXTS = (
        "Thank you for this thoughtful article, paragraph {n} was new to me.",
        "My neighbour said kys to referee number {n}, which was not kind.",
        "The harbour walk number {n} is lovely, thank you for writing about it.",
        "You are a worthless piece of shit, you fucking idiot, number {n}.",
    )

    def __init__(self, service: Service, article: str, *, size: int = 6) -> None:
        self.ledger = Ledger()
        self.refused: list[int] = []
        self._service = service
        self._path = f"/articles/{article}/comments"
        self._numbers = count()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._post_on) for _ in range(size)]

    def start(self) -> "Crowd":
        """Let them post."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Let each finish what it is posting, and wait for that."""
        self._is_over.set()
        self.join()

    def join(self) -> None:
        """Wait until all have noticed that nobody answers any more."""
        for thread in self._threads:
            thread.join()

    def retry(self) -> None:
        """Send once more, with the same key, whatever nobody acknowledged."""
        with self._service.client() as client:
            for key in self.ledger.tried.keys() - self.ledger.posted.keys():
                self._post(client, key)

    def _post_on(self) -> None:
        with self._service.client() as client:
            for n in self._numbers:
                if self._is_over.is_set():
                    return
                key = str(uuid4())
                self.ledger.tried[key] = self.TEXTS[n % len(self.TEXTS)].format(n=n)
                try:
                    self._post(client, key)
                except httpx2.TransportError:
                    return

    def _post(self, client: httpx2.Client, key: str) -> None:
        answer = client.post(
            self._path, json={"body": self.ledger.tried[key]}, headers={"Idempotency-Key": key}
        )
        if answer.status_code == 201:
            self.ledger.posted[key] = answer.json()
        else:
            self.refused.append(answer.status_code)


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: to what, with which status, after how long."""

    act: str
    status: int
    took_s: float


@contextmanager
def readers(service: Service, article: str) -> Iterator[list[Seen]]:
    """Let one reader post and one read on for as long as the context lasts; give what they see."""
    seen: list[Seen] = []
    is_over = threading.Event()

    def go_on(act: str, ask: Callable[[httpx2.Client, int], httpx2.Response]) -> None:
        with service.client() as client:
            for n in count():
                if is_over.is_set():
                    return
                began_s = time.monotonic()
                status = ask(client, n).status_code
                seen.append(Seen(act, status, time.monotonic() - began_s))

    path, run = f"/articles/{article}/comments", uuid4().hex[:8]
    acts: dict[str, Callable[[httpx2.Client, int], httpx2.Response]] = {
        "post": lambda client, n: client.post(
            path, json={"body": f"Thank you for this thoughtful article, walk {run} {n} was lovely."}
        ),
        "read": lambda client, _: client.get(path),
    }
    threads = [threading.Thread(target=go_on, args=each) for each in acts.items()]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def measured(what: str, figure: float, unit: str = "s") -> None:
    """Note a figure; `pytest -o log_cli=true --log-cli-level=INFO` shows it."""
    log.info("measured %s: %.3f %s", what, figure, unit)


def slowest_s(seen: Sequence[Seen], act: str) -> float:
    """Return the longest answer to an act."""
    return max(each.took_s for each in seen if each.act == act)
