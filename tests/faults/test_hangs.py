"""A part that is there and does not answer: stopped processes, and lines that swallow everything."""

import time
from functools import partial
from statistics import median

import pytest

from tests.faults.breaking import hung, last
from tests.faults.episode import check, go_through, lasting, once_and_twenty_times
from tests.faults.installation import Installation
from tests.faults.record import NOTES

USUAL_S = 3.0
SETTLED_S = 2.0  # promised: the rate is the usual one that soon after Redis is back
LASTS_S = {1: 2.0, 20: 10.0}  # by the number of tries


@once_and_twenty_times
def test_a_hung_redis_stops_no_post_and_no_page(in_one: Installation, tries: int) -> None:
    def hang() -> float:
        return lasting(hung([in_one.redis_pid()]), partial(last, LASTS_S[tries]))

    for ledger in go_through(in_one, "Valkey hangs", "posts", hang, tries=tries):
        assert ledger.statuses("post") == {201}
        assert ledger.statuses("read") == {200}


@pytest.mark.prove
def test_while_redis_hangs_half_of_the_usual_rate_is_taken_and_soon_after_all_of_it(
    in_one: Installation,
) -> None:
    shares: dict[str, list[float]] = {"during": [], "after": []}
    for _ in range(5):
        people = in_one.people()
        with people.acting(*[people.post] * 4, people.read) as ledger:
            last(USUAL_S)
            began_s = time.monotonic()
            returned_s = lasting(hung([in_one.redis_pid()]), partial(last, LASTS_S[20]))
            last(SETTLED_S + USUAL_S)
        usual = ledger.rate("post", began_s - USUAL_S, began_s)
        after_s = returned_s + SETTLED_S
        shares["during"].append(ledger.rate("post", began_s, returned_s) / usual)
        shares["after"].append(ledger.rate("post", after_s, after_s + USUAL_S) / usual)
        check(in_one, ledger)
    for when, found in shares.items():
        NOTES.append(f"share of the usual rate {when} the outage: {sorted(round(each, 2) for each in found)}")
    assert median(shares["during"]) >= 0.5
    assert median(shares["after"]) >= 0.8  # rates of a busy machine differ by as much by themselves


@once_and_twenty_times
def test_a_hung_postgres_loses_and_doubles_nothing(apart: Installation, tries: int) -> None:
    def hang() -> float:
        assert apart.cluster is not None
        return lasting(hung(apart.cluster.pids()), partial(last, LASTS_S[tries]))

    for ledger in go_through(apart, "PostgreSQL hangs", "posts", hang, tries=tries):
        assert ledger.statuses("read") <= {200, 503}
