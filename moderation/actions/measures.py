"""What the service measures of its own work, for Prometheus. One registry a process.

Durations are seconds, sizes are bytes or numbers, names end as Prometheus asks. What HTTP alone knows
is in `web/metrics`, what must be asked for when somebody looks is in `gauges`. `timed` measures a
function and, where traces are wanted, makes a span of it.
"""

import functools
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ParamSpec, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    multiprocess,
)

from . import tracing

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series of each, which nobody asks for
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

FAST = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
REQUEST = (*FAST, 2.5, 5.0, 10.0)
SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


def _seconds(name: str, help_text: str, buckets: Iterable[float]) -> Histogram:
    return Histogram(f"firstword_{name}_seconds", help_text, buckets=tuple(buckets), registry=REGISTRY)


PAGE_READ = _seconds("page_read", "Time to read and render a page that no cache had.", FAST)
SCORE = _seconds("score", "Time to score all texts of a group.", FAST)
WRITE = _seconds("write", "Time of a group's transaction until its commit begins.", FAST)
COMMIT = _seconds("commit", "Time of a group's commit, until it is durable.", FAST)
CLAIM = _seconds("queue_claim", "Time to lease comments to a moderator.", FAST)
DECIDE = _seconds("queue_decide", "Time to decide a comment, durably.", FAST)
REBUILD = _seconds("queue_rebuild", "Time to make a site's queue again from SQL.", SLOW)
RELAY_LAG = _seconds("relay_lag", "Age of a committed event when the relay has sent it.", SLOW)
GROUP = Histogram("firstword_write_group_size", "Acts in one transaction.", buckets=SIZES, registry=REGISTRY)
UNSCORED = Counter(
    "firstword_unscored_total", "Texts that no model could score; their comments wait.", registry=REGISTRY
)
RELAY_FAILURES = Counter(
    "firstword_relay_failures_total", "Ticks of the relay that could not be done.", registry=REGISTRY
)
WRITER_WAITING = Gauge(
    "firstword_writer_waiting",
    "Acts that wait for the writer.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
PAGES_BYTES = Gauge(
    "firstword_page_cache_bytes",
    "Rendered pages that are kept, with their overhead.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
STREAMS = Gauge("firstword_streams", "Open event streams.", multiprocess_mode="livesum", registry=REGISTRY)

P = ParamSpec("P")
R = TypeVar("R")


def timed(histogram: Histogram, span: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Measure every call of a function, also one that raises; `span` is its name in traces."""

    def measured(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            started_s = time.perf_counter()
            try:
                with tracing.span(span):
                    return function(*args, **kwargs)
            finally:
                histogram.observe(time.perf_counter() - started_s)

        return call

    return measured


def written(size: int, write_s: float, commit_s: float) -> None:
    """Take note of a group that the writer has just made durable."""
    GROUP.observe(size)
    WRITE.observe(write_s)
    COMMIT.observe(commit_s)
    tracing.past("commit", commit_s)


def sent(now_ms: int, created_at_ms: Iterable[int]) -> None:
    """Take note of events that have just been sent; the clocks of two machines may differ a little."""
    for at_ms in created_at_ms:
        RELAY_LAG.observe(max(0, now_ms - at_ms) / 1000)


def counted() -> CollectorRegistry:
    """Return what was counted: by this process, or by all of them where they share a folder."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return REGISTRY
    for file in Path(folder).glob("gauge_live*_*.db"):
        if not _lives(int(file.stem.rpartition("_")[2])):
            file.unlink(missing_ok=True)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
    return together


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
