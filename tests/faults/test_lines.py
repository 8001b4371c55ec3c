"""Bad lines between the service and its database, and between it and Redis."""

import time

import pytest

from tests.conditions import until
from tests.faults.episode import amid, go_through, lasting, once_and_twenty_times
from tests.faults.installation import Installation
from tests.faults.proxy import Proxy

RESETS = 5
AWAY_S = {"PostgreSQL": 0.002, "Redis": 0.2}  # each way


@pytest.mark.parametrize("far", ["PostgreSQL", "Redis"])
@once_and_twenty_times
def test_slow_lines_make_posts_slow_and_nothing_else(apart: Installation, far: str, tries: int) -> None:
    line = {"PostgreSQL": apart.database_line, "Redis": apart.redis_line}[far]
    assert line is not None

    def slow() -> float:
        people = apart.people()
        with people.acting(people.post, people.read) as ledger:
            fault = line.slow(AWAY_S[far])
            return lasting(fault, lambda: until(lambda: ledger.acknowledged >= 5, within_s=30))

    for ledger in go_through(apart, f"{far} {2000 * AWAY_S[far]:.0f} ms away", "posts", slow, tries=tries):
        assert ledger.statuses("post") == {201}
        assert ledger.statuses("read") == {200}


@amid
def test_broken_connections_to_postgres_lose_and_double_nothing(
    apart: Installation, act: str, tries: int
) -> None:
    for ledger in go_through(
        apart, "connections to PostgreSQL reset", act, lambda: _reset(apart.database_line), tries=tries
    ):
        assert 0 not in {each.status for each in ledger.answers}


@amid
def test_broken_connections_to_redis_stop_no_post_and_no_decision(
    apart: Installation, act: str, tries: int
) -> None:
    for ledger in go_through(
        apart, "connections to Redis reset", act, lambda: _reset(apart.redis_line), tries=tries
    ):
        assert ledger.statuses("post") <= {201}
        assert ledger.statuses("read") <= {200}
        assert ledger.statuses("decide") <= {201, 409}


def _reset(line: Proxy | None) -> float:
    """Break all connections, some times in a row; each time some have been made anew."""
    assert line is not None
    for _ in range(RESETS):
        line.reset()
        until(lambda: line.connections)
    return time.monotonic()
