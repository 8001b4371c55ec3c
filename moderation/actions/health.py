"""Is the service able to do its work: every part named, and the queue's state in one word."""

import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..domain.errors import Away
from ..live.queue import LaneDepth, Queue
from ..store import decisions, waiting
from ..store.db import Database
from .parts import Parts, now_ms
from .probe import OK

ROOM_BYTES = 32 * 1024 * 1024  # the log grows to 16 MB between two foldings, and Valkey's file beside it
DAY_MS = 24 * 3600 * 1000
WEEK_MS = 7 * DAY_MS

QueueState = Literal["ready", "rebuilding", "away"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Each part's state in a word, "ok" when it is; posts need only the database and the model's bench."""

    parts: dict[str, str]
    can_take_posts: bool


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The queue at a glance. p50, p95: from being queued to being decided, last week, seconds."""

    state: QueueState
    lanes: list[LaneDepth]
    oldest_at_ms: int | None  # of all that wait, leased or not
    leased: int
    decided_today: int
    p50_s: float | None
    p95_s: float | None


def readiness(parts: Parts) -> Readiness:
    """Look at database, Redis and model. Redis may be away: posts and pages go on without it."""
    database = database_state(parts)
    queue = queue_state(parts.queue_of("main"))
    states = {
        "database": database,
        "redis": "ok" if queue == "ready" else queue,
        "model": "ok" if parts.scoring.classifier else "none: every comment waits for a moderator",
    }
    return Readiness(states, can_take_posts=database == OK)


def database_state(parts: Parts) -> str:
    """Tell whether posts can be written; "ok", or what is wrong in a few words."""
    if (state := parts.probe.state()) != OK:
        return state
    if free_bytes(parts.database) < ROOM_BYTES:
        return "full: the disk has no room for more comments"
    return OK


def free_bytes(database: Database) -> float:
    """Return the room on the disk of a SQLite file; infinity for a server, whose disk we cannot see."""
    if not database.is_sqlite:
        return math.inf
    file = Path(str(database.writing.url.database))
    return shutil.disk_usage(file.parent).free


def queue_state(queue: Queue) -> QueueState:
    """Tell whether the queue in Redis can be trusted to hold what waits."""
    try:
        return "ready" if queue.epoch() == queue.run_id() else "rebuilding"
    except Away:
        return "away"


def queue_status(database: Database, queue: Queue, site_id: str) -> QueueStatus:
    """Gather the figures of the console's top line; an absent Redis leaves its figures empty."""
    now = now_ms()
    with database.read() as connection:
        waits = sorted(decisions.waits_ms(connection, now - WEEK_MS))
        oldest_ms = waiting.oldest_ms(connection, site_id)
        today = decisions.count_by_moderators(connection, now - DAY_MS)
    state = queue_state(queue)
    lanes: list[LaneDepth] = []
    leased = 0
    if state != "away":
        lanes, leased = queue.depths(), queue.leased()
    return QueueStatus(
        state=state,
        lanes=lanes,
        oldest_at_ms=oldest_ms,
        leased=leased,
        decided_today=today,
        p50_s=_quantile_s(waits, 0.5),
        p95_s=_quantile_s(waits, 0.95),
    )


def _quantile_s(sorted_ms: list[int], share: float) -> float | None:
    if not sorted_ms:
        return None
    return sorted_ms[min(len(sorted_ms) - 1, int(share * len(sorted_ms)))] / 1000
