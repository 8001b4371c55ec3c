"""A part that is there and does not answer: stopped processes, and lines that swallow everything."""

from functools import partial

from tests.faults.breaking import hung, last
from tests.faults.episode import go_through, lasting, once_and_twenty_times
from tests.faults.installation import Installation

LASTS_S = {1: 2.0, 20: 10.0}  # by the number of tries


@once_and_twenty_times
def test_a_hung_redis_stops_no_post_and_no_page(in_one: Installation, tries: int) -> None:
    def hang() -> float:
        return lasting(hung([in_one.redis_pid()]), partial(last, LASTS_S[tries]))

    for ledger in go_through(in_one, "Valkey hangs", "posts", hang, tries=tries):
        assert ledger.statuses("post") == {201}
        assert ledger.statuses("read") == {200}


@once_and_twenty_times
def test_a_hung_postgres_loses_and_doubles_nothing(apart: Installation, tries: int) -> None:
    def hang() -> float:
        assert apart.cluster is not None
        return lasting(hung(apart.cluster.pids()), partial(last, LASTS_S[tries]))

    for ledger in go_through(apart, "PostgreSQL hangs", "posts", hang, tries=tries):
        assert ledger.statuses("read") <= {200, 503}
