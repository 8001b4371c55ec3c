"""Time a scorer of comments: one by one and in a batch, by the clock and by the processor.

The clock is what a caller waits for; the processor's time is what is left of it when others share the
machine. Where the two differ, the machine was busy.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Score = Callable[[list[str]], object]
BATCHES = 3  # the best of these counts: the others were disturbed
TIMES = f"{'':36}{'p50':>9}{'(CPU)':>9}{'p99':>9}{'(CPU)':>9}"
HEAD = f"{TIMES}{'of ours':>9}{'batch/s':>10}{'(CPU)':>9}{'of ours':>9}"


@dataclass(frozen=True, slots=True)
class Times:
    """Microseconds of single calls."""

    p50: float
    p99: float
    cpu_p50: float
    cpu_p99: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What a scorer costs, in JSON's types; batch: comments a second."""

    name: str
    single: Times
    batch: float
    cpu_batch: float


def cost(name: str, score: Score, singles: Sequence[str], batch: Sequence[str]) -> Cost:
    """Measure a scorer: each of `singles` alone, then all of `batch` at once."""
    return Cost(name, single(lambda text: score([text]), singles), *rates(score, batch))


def single(call: Callable[[str], object], texts: Sequence[str]) -> Times:
    """Call once per text, after a tenth of them as a warm-up; there are at least two."""
    for text in texts[: len(texts) // 10]:
        call(text)
    walls, cpus = [], []
    for text in texts:
        cpu, wall = time.thread_time(), time.perf_counter()
        call(text)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.thread_time() - cpu)
    return Times(*_percentiles(walls), *_percentiles(cpus))


def rates(score: Score, texts: Sequence[str]) -> tuple[float, float]:
    """Return texts a second by the clock and by the processor, each the best of a few batches."""
    walls, cpus = [], []
    for _ in range(BATCHES):
        cpu, wall = time.process_time(), time.perf_counter()
        score(list(texts))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return len(texts) / min(walls), len(texts) / min(cpus)


def table(costs: Sequence[Cost]) -> list[str]:
    """Return the lines of a table; the first row is what the others are compared with."""
    ours = costs[0]
    return [HEAD, *(_compared(row, ours) for row in costs)]


def line(name: str, times: Times) -> str:
    """Return a row of single calls; TIMES stands above it."""
    return f"{name:36}{times.p50:9,.0f}{times.cpu_p50:9,.0f}{times.p99:9,.0f}{times.cpu_p99:9,.0f}"


def _compared(row: Cost, ours: Cost) -> str:
    slower, faster = row.single.cpu_p50 / ours.single.cpu_p50, row.cpu_batch / ours.cpu_batch
    batch = f"{row.batch:10,.0f}{row.cpu_batch:9,.0f}{faster:8.2f}x"
    return f"{line(row.name, row.single)}{slower:8.1f}x{batch}"


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return cuts[49] * 1e6, cuts[98] * 1e6
