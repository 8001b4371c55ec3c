"""One time that something is broken while people act: what they heard against what is stored."""

import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.conditions import until
from tests.faults.installation import Installation
from tests.faults.ledger import BROKEN, Ledger, differences, doubled, lost, read_stored
from tests.faults.people import People
from tests.faults.record import TRIES, Try

RECOVERED_S = 10.0
CHANCE = random.Random(20)  # noqa: S311 - moments, not secrets

Acts = list[Callable[[], Any]]


def _posts(people: People) -> Acts:
    return [people.post] * 4 + [people.read]


def _decisions(people: People) -> Acts:
    people.hold(60)
    return [people.decide_claimed]


def _crossing(people: People) -> Acts:
    return people.decide_crossing(people.hold(80))


def _everything(people: People) -> Acts:
    return [*_posts(people), *_decisions(people), *_crossing(people)]


EVERYTHING = "posts and decisions"

# What people do meanwhile. Crossing: four moderators decide the same comments in the same order.
ACTS: Mapping[str, Callable[[People], Acts]] = {
    "posts": _posts,
    "decisions": _decisions,
    "crossing decisions": _crossing,
}

once_and_twenty_times = pytest.mark.parametrize(
    "tries", [pytest.param(1, id="once"), pytest.param(20, id="twenty", marks=pytest.mark.prove)]
)
amid = pytest.mark.parametrize(
    ("act", "tries"),
    [pytest.param(EVERYTHING, 1, id="once")]
    + [pytest.param(act, 20, id=f"twenty-{act}", marks=pytest.mark.prove) for act in ACTS],
)


def go_through(
    installation: Installation, fault: str, act: str, breaks: Callable[[], float], *, tries: int
) -> list[Ledger]:
    """Break something so many times amid an act, at moments left to chance; check each time.

    breaks: does it, and returns the moment from which on it should heal.
    """
    return [_once(installation, f"{fault}, amid {act}", act, breaks) for _ in range(tries)]


def lasting(fault: AbstractContextManager[Any], meanwhile: Callable[[], Any]) -> float:
    """Let a fault last while something happens; return when it ended."""
    with fault:
        meanwhile()
    return time.monotonic()


def _once(installation: Installation, name: str, act: str, breaks: Callable[[], float]) -> Ledger:
    people = installation.people()
    acts = _everything if act == EVERYTHING else ACTS[act]
    with people.acting(*acts(people)) as ledger:
        aim = ledger.acknowledged + CHANCE.randrange(3, 30)
        until(lambda: ledger.acknowledged >= aim, within_s=30)
        returned_s = breaks()
        done_s = until(lambda: ledger.done_since(returned_s), within_s=RECOVERED_S)
    people.retry()
    installation.await_whole()
    whole_s = time.monotonic() - returned_s
    stored = read_stored(installation.service)
    TRIES[name].append(
        Try(
            ledger.acknowledged, len(lost(ledger, stored)), len(doubled(stored)), done_s - returned_s, whole_s
        )
    )
    check(installation, ledger)
    return ledger


def check(installation: Installation, ledger: Ledger) -> None:
    """See that all that was acknowledged is there, once, and that nobody heard of a mistake of ours."""
    assert differences(ledger, read_stored(installation.service)) == []
    assert {each.status for each in ledger.answers} <= {BROKEN, 200, 201, 409, 503}
