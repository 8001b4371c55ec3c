"""People who go on: readers who post, readers who read, moderators who decide, whatever breaks.

Whoever is not answered, or is told to try again, does so with the same Idempotency-Key, as a good
client would. All that they hear goes into a ledger.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import httpx2

from tests.faults.ledger import BROKEN, Answer, Ledger
from tests.service import Service
from tests.story.acting import at_once

PAUSE_S = 0.02  # before the next try
KIND = "Thank you for this thoughtful article, paragraph {n} of {run} was new to me."
HELD = "My neighbour said kys to referee {n} of {run}, which was not kind."
WANTED = {"limit": 5, "order": "newest"}
CROWD = 4
PATIENCE_S = 60.0


@dataclass(slots=True)
class People:
    """Some people around one article, who act until `is_over`."""

    service: Service
    moderators: list[str]  # their tokens
    ledger: Ledger = field(default_factory=Ledger)
    article: str = field(default_factory=lambda: f"fault-{uuid4().hex[:12]}")
    is_over: threading.Event = field(default_factory=threading.Event)

    def post(self) -> None:
        """Post, published and held in turn, for as long as it goes on."""
        run = uuid4().hex[:8]
        with self.service.client() as client:
            for n in count():
                if self.is_over.is_set():
                    return
                self.post_once(client, (KIND, HELD)[n % 2].format(n=n, run=run))

    def post_once(self, client: httpx2.Client, body: str) -> None:
        """Post one comment, again and again until it is acknowledged, or all is over, or patience is."""
        key, began_s = uuid4().hex, time.monotonic()
        self.ledger.tried[key] = body
        while not self._send(client, key) and not self.is_over.wait(PAUSE_S):
            assert time.monotonic() - began_s < PATIENCE_S

    def read(self) -> None:
        """Read the newest page over and over."""
        with self.service.client() as client:
            while not self.is_over.is_set():
                self._ask("read", lambda: client.get(f"/articles/{self.article}/comments"))

    def decide_claimed(self) -> None:
        """Claim as one moderator, a few at a time, and decide each with its lease."""
        with self.service.client(self.moderators[0]) as client:
            while not self.is_over.is_set():
                answer = self._ask("claim", lambda: client.post("/moderation/queue:claim", json=WANTED))
                items = answer.json()["items"] if answer is not None and answer.status_code == 200 else []
                for item in items:
                    self._decide(client, item["comment"]["id"], lease=item["lease"]["token"])
                if not items:
                    self.is_over.wait(PAUSE_S)

    def decide_crossing(self, comment_ids: list[str]) -> list[Callable[[], None]]:
        """Return an act for each moderator: all decide the same comments in the same order."""

        def one(token: str) -> None:
            with self.service.client(token) as client:
                for comment_id in comment_ids:
                    if self.is_over.is_set():
                        return
                    self._decide(client, comment_id)

        return [lambda token=token: one(token) for token in self.moderators]  # type: ignore[misc]

    def retry(self) -> None:
        """Send once more, with the same key, whatever nobody acknowledged."""
        with self.service.client() as client:
            for key in self.ledger.tried.keys() - self.ledger.posted.keys():
                assert self._send(client, key)

    def hold(self, number: int) -> list[str]:
        """Let so many comments wait for a moderator; return their ids."""
        before = set(self.ledger.posted)
        run, numbers = uuid4().hex[:8], iter(range(number))

        def hold_some() -> None:
            with self.service.client() as client:
                for n in numbers:
                    self.post_once(client, HELD.format(n=n, run=run))

        at_once(*[hold_some] * CROWD)
        return [posted["id"] for key, posted in self.ledger.posted.items() if key not in before]

    @contextmanager
    def acting(self, *acts: Callable[[], Any]) -> Iterator[Ledger]:
        """Let everybody act, each in a thread, for as long as the context lasts."""
        with ExitStack() as stack:
            threads = [threading.Thread(target=act) for act in acts]
            for thread in threads:
                thread.start()
                stack.callback(thread.join)
            stack.callback(self.is_over.set)
            yield self.ledger
        self.is_over.clear()

    def _send(self, client: httpx2.Client, key: str) -> bool:
        answer = self._ask(
            "post",
            lambda: client.post(
                f"/articles/{self.article}/comments",
                json={"body": self.ledger.tried[key]},
                headers={"Idempotency-Key": key},
            ),
        )
        if answer is None or answer.status_code != 201:
            return False
        self.ledger.posted[key] = answer.json()
        return True

    def _decide(self, client: httpx2.Client, comment_id: str, **said: str) -> None:
        """Approve a comment that was never decided before, again and again until somebody has."""
        key = uuid4().hex
        said = {"action": "approve", **said}
        while True:
            answer = self._ask(
                "decide",
                lambda: client.post(
                    f"/moderation/comments/{comment_id}/decisions",
                    json=said | {"version": 1},
                    headers={"Idempotency-Key": key},
                ),
            )
            if answer is not None and answer.status_code == 201:
                self.ledger.decided[comment_id].append(answer.json())
            if (answer is not None and answer.status_code in {201, 409}) or self.is_over.wait(PAUSE_S):
                return

    def _ask(self, act: str, ask: Callable[[], httpx2.Response]) -> httpx2.Response | None:
        began_s = time.monotonic()
        answer: httpx2.Response | None = None
        with suppress(httpx2.TransportError):
            answer = ask()
        ended_s = time.monotonic()
        status = BROKEN if answer is None else answer.status_code
        self.ledger.answers.append(Answer(act, status, ended_s, ended_s - began_s))
        return answer
