"""`kill -9` of each part, and `FLUSHALL`, amid each kind of act: what was acknowledged is there, once."""

from tests.faults.episode import amid, go_through
from tests.faults.installation import Installation


@amid
def test_a_killed_service_loses_and_doubles_nothing(in_one: Installation, act: str, tries: int) -> None:
    go_through(in_one, "kill -9 of the service", act, in_one.kill_service, tries=tries)


@amid
def test_a_killed_redis_stops_no_post_and_no_decision(in_one: Installation, act: str, tries: int) -> None:
    for ledger in go_through(in_one, "kill -9 of the embedded Valkey", act, in_one.kill_redis, tries=tries):
        assert ledger.statuses("post") <= {201}
        assert ledger.statuses("read") <= {200}
        assert ledger.statuses("decide") <= {201, 409}


@amid
def test_an_emptied_redis_stops_no_post_and_no_decision(in_one: Installation, act: str, tries: int) -> None:
    for ledger in go_through(in_one, "FLUSHALL", act, in_one.flush_redis, tries=tries):
        assert ledger.statuses("post") <= {201}
        assert ledger.statuses("read") <= {200}
        assert ledger.statuses("decide") <= {201, 409}


@amid
def test_a_killed_postgres_loses_and_doubles_nothing(apart: Installation, act: str, tries: int) -> None:
    for ledger in go_through(apart, "kill -9 of PostgreSQL", act, apart.kill_postgres, tries=tries):
        assert 0 not in {each.status for each in ledger.answers}
