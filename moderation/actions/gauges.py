"""What is read off SQL, Redis and the disk when somebody asks for the metrics.

These are the installation's, not one process's: every process would answer the same. What cannot be
read is left out: a figure that is missing is seen, a wrong one is believed.
"""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ..domain.errors import Away
from ..store import outbox, policies, waiting
from . import measures
from .health import database_state, free_bytes, queue_state
from .parts import Parts, now_ms
from .probe import OK

Family = GaugeMetricFamily


def read(parts: Parts) -> Iterator[Family]:
    """Yield the gauges, each named and explained."""
    measures.WRITER_WAITING.set(parts.writer.depth())
    classifier = parts.scoring.classifier
    model = Family("firstword_model", "1 for the champion that answers.", labels=["model"])
    model.add_metric([classifier.model_id if classifier else "none"], 1)
    yield model
    state = database_state(parts)
    yield Family("firstword_database_up", "1 when posts can be written.", value=state == OK)
    site_ids = ["main"]
    if not state.startswith("away"):
        with suppress(SQLAlchemyError), parts.database.read() as connection:
            site_ids = policies.site_ids(connection)
            yield from [*_outbox(*outbox.backlog(connection)), _oldest(connection, site_ids)]
    yield from _queues(parts, site_ids)
    if (free := free_bytes(parts.database)) < math.inf:
        yield Family("firstword_disk_free_bytes", "Room on the disk of the SQLite file.", value=free)


def _outbox(number: int, oldest_at_ms: int | None) -> Iterator[Family]:
    yield Family(
        "firstword_outbox_unsent", "Committed events that were not marked as sent yet.", value=number
    )
    yield Family(
        "firstword_outbox_oldest_seconds",
        "Age of the oldest event not marked as sent; 0: there is none.",
        value=max(0, now_ms() - oldest_at_ms) / 1000 if oldest_at_ms else 0,
    )


def _oldest(connection: Connection, site_ids: list[str]) -> Family:
    first = (waiting.oldest_ms(connection, site_id) for site_id in site_ids)
    times = [at_ms for at_ms in first if at_ms is not None]
    return Family(
        "firstword_queue_oldest_seconds",
        "Age of the oldest comment that waits for a moderator; 0: none waits.",
        value=max(0, now_ms() - min(times)) / 1000 if times else 0,
    )


def _queues(parts: Parts, site_ids: list[str]) -> Iterator[Family]:
    """Yield what Redis knows, of all sites together."""
    states: set[str] = set()
    for site_id in site_ids:
        states.add(queue_state(parts.queue_of(site_id)))
        if "away" in states:  # one time-out is enough
            break
    yield Family("firstword_redis_up", "1 when Redis answers.", value="away" not in states)
    yield Family("firstword_queue_ready", "1 when every review queue is whole.", value=states == {"ready"})
    if "away" in states:
        return
    waiting: Counter[str] = Counter()
    leased = 0
    try:
        for site_id in site_ids:
            queue = parts.queue_of(site_id)
            waiting.update({lane.lane: lane.waiting for lane in queue.depths()})
            leased += queue.leased()
    except Away:
        return
    lanes = Family("firstword_queue_waiting", "Comments that wait for a moderator.", labels=["lane"])
    for lane, number in waiting.items():
        lanes.add_metric([lane], number)
    yield lanes
    yield Family("firstword_queue_leased", "Comments that moderators have before them.", value=leased)
