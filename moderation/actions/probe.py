"""Would a post be written now? Told by writing: a server that reads may be read-only, full or hung.

One small row, at most once a second, whoever asks and however often; the schema is looked at on the
same way. What hangs is given up after ANSWER_S; the row that waited is then not written any more.
"""

import threading
import time
from concurrent.futures import TimeoutError as TooLate

from ..domain.errors import Refused
from ..store import migrations, policies, registry
from ..store.writer import Transaction, Writer

EVERY_S = 1.0
ANSWER_S = 2.0  # a post that waited longer would not be called taken either
OK = "ok"

# What PostgreSQL and SQLite call it, and what an operator would.
_WORDS = {
    "25006": "read-only: the server takes no writes",
    "53100": "full: the server's disk has no room",
    "53300": "busy: the server takes no more connections",
    "SQLITE_FULL": "full: the disk has no room for more comments",
    "SQLITE_READONLY": "read-only: the file cannot be written",
}


class Probe:
    """Threads may share it; whoever comes while another one writes waits for that answer."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._lock = threading.Lock()
        self._state = OK
        self._good_until_s = 0.0

    def state(self) -> str:
        """Return "ok", or what is wrong in a few words."""
        with self._lock:
            if time.monotonic() >= self._good_until_s:
                self._state = self._write()
                self._good_until_s = time.monotonic() + EVERY_S
            return self._state

    def _write(self) -> str:
        try:
            written = self._writer.submit(_act)
        except Refused as refusal:
            return f"busy: {refusal.detail}"
        try:
            return written.result(ANSWER_S)
        except TooLate:
            written.cancel()
            return f"away: no answer within {ANSWER_S:.0f} s"
        except Exception as error:  # whatever it is, a post would have met it too
            return _word(error)


def _act(transaction: Transaction) -> str:
    """Write; an older schema is not ours to write to, a newer one is of those who will replace us."""
    schema = migrations.schema(transaction.connection)
    if schema is None or schema < migrations.NEWEST or not policies.site_ids(transaction.connection):
        return "not migrated"
    registry.take_lease(transaction, "probe", "probe", 0)
    return OK


def _word(error: Exception) -> str:
    cause = error.__cause__ or error
    machine = getattr(cause, "orig", None)
    code = getattr(machine, "sqlstate", None) or getattr(machine, "sqlite_errorname", None)
    return _WORDS.get(str(code), f"away: {type(cause).__name__}" + (f" {code}" if code else ""))
