"""Figures of what was broken: one row a fault, shown when all is over, for docs/reliability.md."""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Try:
    """One time that something was broken.

    recovered_s: from its return to the first act that was asked for afterwards and acknowledged.
    whole_s: from its return until the queue held what SQL says is waiting.
    """

    acknowledged: int
    lost: int
    doubled: int
    recovered_s: float
    whole_s: float


TRIES: dict[str, list[Try]] = defaultdict(list)
NOTES: list[str] = []  # what does not fit into the table


def table() -> list[str]:
    """Return the rows of what has been broken so far."""
    rows = ["| fault | tries | acknowledged | lost | twice | first answer, s | queue whole, s |"]
    return rows + ["|---|---|---|---|---|---|---|"] + [_row(*each) for each in sorted(TRIES.items())]


def _row(fault: str, tries: list[Try]) -> str:
    counts = (
        len(tries),
        *(sum(getattr(each, name) for each in tries) for name in ("acknowledged", "lost", "doubled")),
    )
    spans = (_span([getattr(each, name) for each in tries]) for name in ("recovered_s", "whole_s"))
    return f"| {' | '.join([fault, *map(str, counts), *spans])} |"


def _span(figures: list[float]) -> str:
    """Return median and worst."""
    ordered = sorted(figures)
    return f"{ordered[len(ordered) // 2]:.2f} (worst {ordered[-1]:.2f})"
