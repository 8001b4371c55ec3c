"""Send letters, one process at a time: it holds a lease in SQL, as the relay does.

A letter is marked after the server has taken it, so a crash in between sends it once more, under the same
Message-ID; otherwise once. A server that is away gets all its letters later, ever more slowly.
"""

import os
import smtplib
import socket
import threading
from contextlib import suppress
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from ..domain.errors import Away
from ..store import letters, registry
from .parts import Parts, now_ms
from .post import Post

TICK_S = 1.0
LEASE_MS = 25_000  # taken anew for each letter, which takes no longer than `post.ANSWER_S`
BATCH = 20
FIRST_WAIT_MS, LONGEST_WAIT_MS = 30_000, 6 * 3600 * 1000
MOST_TRIES = 12  # about two days

log = structlog.get_logger()


class PostOffice:
    """A thread that sends what is due."""

    def __init__(self, parts: Parts, post: Post) -> None:
        self._parts = parts
        self._post = post
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="post office", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the letter that is being sent."""
        self._ended.set()
        self._thread.join()
        with suppress(Away, SQLAlchemyError):
            self._parts.writer.run(lambda tx: registry.drop_lease(tx, "post", self._holder))

    def _run(self) -> None:
        while not self._ended.wait(TICK_S):
            try:
                self.tick()
            except (Away, SQLAlchemyError, OSError, smtplib.SMTPException) as error:
                log.warning("post_waits", error=type(error).__name__)
            except Exception as error:  # whatever it is, the next tick begins from SQL again
                log.error("post_failed", error=type(error).__name__, exc_info=error)

    def tick(self) -> None:
        """Send a batch of what is due, if this process holds the lease."""
        with self._parts.database.read() as connection:
            rows = letters.due(connection, now_ms(), BATCH)
        if not rows or not self._holds():
            return
        for row in [row for row in rows if row.is_moot]:
            self._done(row)
        wanted = [row for row in rows if not row.is_moot]
        try:
            with self._post.server() as server:
                for row in wanted:
                    self._send(server, row)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("post_away", error=type(error).__name__, letters=len(wanted))
            for row in wanted:
                self._put_off(row)

    def _send(self, server: smtplib.SMTP, row: Row[Any]) -> None:
        if self._ended.is_set() or not self._holds():
            return
        try:
            server.send_message(self._post.letter(row, self._parts.signing))
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            (self._done if 500 <= code < 600 else self._put_off)(row)
        else:
            self._done(row)

    def _holds(self) -> bool:
        return self._parts.writer.run(lambda tx: registry.take_lease(tx, "post", self._holder, LEASE_MS))

    def _done(self, row: Row[Any]) -> None:
        self._parts.writer.run(lambda tx: letters.done(tx, row.id))

    def _put_off(self, row: Row[Any]) -> None:
        if row.tries + 1 >= MOST_TRIES:
            self._done(row)
            return
        due_at_ms = now_ms() + min(FIRST_WAIT_MS * 2**row.tries, LONGEST_WAIT_MS)
        self._parts.writer.run(lambda tx: letters.put_off(tx, row.id, due_at_ms=due_at_ms))
