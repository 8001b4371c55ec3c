"""Delete what has been kept long enough. The relay asks once a minute; the clock is an argument.

Every slice is an act of its own, so that posts never wait long, and a call does so many at most: what
is left over, after a setting was changed, is for the calls that follow.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from ..domain.events import KEPT_MS
from ..store import comments, forgetting, idempotency, outbox, reports
from ..store.writer import Transaction, Writer

DAY_MS = 24 * 3600 * 1000
SLICE = 1000  # small rows, or one small column
TEXTS = 200  # texts are overwritten, in two tables and an index
MOST_SLICES = 50

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kept:
    """For how many days something is kept; None: for ever."""

    address_days: int = 30
    refused_days: int | None = None


def forget(writer: Writer, kept: Kept, now_ms: int) -> None:
    """Delete what is too old by now."""
    _in_slices(writer, SLICE, lambda tx, limit: outbox.purge(tx, now_ms - KEPT_MS, limit))
    _in_slices(writer, SLICE, idempotency.purge)
    old_ms = now_ms - kept.address_days * DAY_MS
    _in_slices(writer, SLICE, lambda tx, limit: comments.forget_addresses(tx, old_ms, limit))
    _in_slices(writer, SLICE, lambda tx, limit: reports.forget_addresses(tx, old_ms, limit))
    _in_slices(writer, SLICE, lambda tx, limit: reports.forget_notifiers(tx, old_ms, limit))
    if kept.refused_days is None:
        return
    before_ms = now_ms - kept.refused_days * DAY_MS
    emptied = _in_slices(writer, TEXTS, lambda tx, limit: forgetting.refused_texts(tx, before_ms, limit))
    if emptied:
        log.info("refused_texts_deleted", comments=emptied)


def _in_slices(writer: Writer, size: int, act: Callable[[Transaction, int], int]) -> int:
    total = 0
    for _ in range(MOST_SLICES):
        total += (done := writer.run(lambda tx: act(tx, size)))
        if done < size:
            break
    return total
