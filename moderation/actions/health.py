"""Is the service able to do its work: every part named, and the queue's state in one word."""

import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ..domain.errors import Away
from ..live.queue import LaneDepth, Queue
from ..store import comments, decisions, outbox, policies
from ..store.db import Database
from .parts import Parts, now_ms

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
    database = "ok"
    try:
        with parts.database.read() as connection:
            connection.execute(text("SELECT 1"))
            if not policies.site_ids(connection):
                database = "not migrated"
    except SQLAlchemyError as error:
        database = f"away: {type(error).__name__}"
    if database == "ok" and free_bytes(parts.database) < ROOM_BYTES:
        database = "full: the disk has no room for more comments"
    if database == "ok" and parts.writer.is_failing:
        database = "read-only: the last comment could not be written"
    queue = queue_state(parts.queue_of("main"))
    states = {
        "database": database,
        "redis": "ok" if queue == "ready" else queue,
        "model": "ok" if parts.scoring.classifier else "none: every comment waits for a moderator",
    }
    return Readiness(states, can_take_posts=database == "ok")


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
        oldest = comments.pending_after(connection, site_id, None, 1)
        today = decisions.count_by_moderators(connection, now - DAY_MS)
    state = queue_state(queue)
    lanes: list[LaneDepth] = []
    leased = 0
    if state != "away":
        lanes, leased = queue.depths(), queue.leased()
    return QueueStatus(
        state=state,
        lanes=lanes,
        oldest_at_ms=oldest[0].created_at_ms if oldest else None,
        leased=leased,
        decided_today=today,
        p50_s=_quantile_s(waits, 0.5),
        p95_s=_quantile_s(waits, 0.95),
    )


def _quantile_s(sorted_ms: list[int], share: float) -> float | None:
    if not sorted_ms:
        return None
    return sorted_ms[min(len(sorted_ms) - 1, int(share * len(sorted_ms)))] / 1000


@dataclass(frozen=True, slots=True)
class Gauges:
    """Figures that are read when the metrics are asked for."""

    is_writing: bool  # the last transaction of this process was made durable
    writer_waiting: int
    outbox_unsent: int
    queue_state: QueueState


def gauges(parts: Parts) -> Gauges:
    """Read the gauges; a database that is away leaves the backlog unknown (-1)."""
    try:
        with parts.database.read() as connection:
            unsent = outbox.backlog(connection)
    except SQLAlchemyError:
        unsent = -1
    return Gauges(
        not parts.writer.is_failing, parts.writer.depth(), unsent, queue_state(parts.queue_of("main"))
    )
