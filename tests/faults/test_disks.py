"""Disks that are full or broken: below the database, below Redis, below both.

In most of these, system calls are made to fail, which needs neither root nor a disk; the last one
fills a small disk that is really there.
"""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.conditions import until
from tests.faults.breaking import full, refusing, small_disk
from tests.faults.episode import go_through, lasting, once_and_twenty_times
from tests.faults.installation import Installation, embedded

WRITES = "write,writev,pwrite64,pwritev"
SYNCS = "fsync,fdatasync"
MOST_FILES = 300  # that Redis may have begun by then: it is made to begin a new one when it cannot write
DISK_MIB = 96  # what a start needs, and the 32 MiB below which a service is not ready

full_and_broken = pytest.mark.parametrize(
    ("calls", "error"), [(WRITES, "ENOSPC"), (SYNCS, "EIO")], ids=["full", "broken"]
)

ROUTE = "/api/v1/articles/{article_id:path}/comments"
REFUSED = f'firstword_http_requests_total{{method="POST",route="{ROUTE}",status="503"}}'


@full_and_broken
@once_and_twenty_times
def test_while_sqlite_cannot_write_posts_are_refused_and_pages_go_on(
    in_one: Installation, calls: str, error: str, tries: int
) -> None:
    def fail() -> float:
        assert in_one.service.process is not None
        file = in_one.service.data_dir / "firstword.db"
        files = [file, file.with_name("firstword.db-wal")]
        fault = refusing([in_one.service.process.pid], calls, error, files=files)
        return lasting(fault, lambda: _await_refusals(in_one))

    for ledger in go_through(in_one, f"{error} of SQLite's files", "posts", fail, tries=tries):
        assert ledger.statuses("post") == {201, 503}
        assert ledger.statuses("read") == {200}


@full_and_broken
@once_and_twenty_times
def test_while_postgres_cannot_write_posts_are_refused(
    apart: Installation, calls: str, error: str, tries: int
) -> None:
    def fail() -> float:
        assert apart.cluster is not None
        files = sorted((apart.cluster.data / "pg_wal").glob("0*"))
        fault = refusing(apart.cluster.pids(), calls, error, files=files)
        lasting(fault, lambda: _await_refusals(apart))
        return apart.kill_postgres()  # it gives up when its log cannot be written

    for ledger in go_through(apart, f"{error} of PostgreSQL's log", "posts", fail, tries=tries):
        assert ledger.statuses("post") == {201, 503}
        assert ledger.statuses("read") <= {200, 503}


@full_and_broken
@once_and_twenty_times
def test_while_the_append_only_file_cannot_be_written_posts_and_pages_go_on(
    in_one: Installation, calls: str, error: str, tries: int
) -> None:
    def fail() -> float:
        folder = in_one.service.data_dir / "redis" / "appendonlydir"
        files = [folder / f"appendonly.aof.{n}.incr.aof" for n in range(1, MOST_FILES)]
        fault = refusing([in_one.redis_pid()], calls, error, files=files)
        return lasting(fault, lambda: _await_queue_away(in_one))

    for ledger in go_through(in_one, f"{error} of the append-only file", "posts", fail, tries=tries):
        assert ledger.statuses("post") == {201}
        assert ledger.statuses("read") == {200}


@pytest.mark.prove
def test_on_a_disk_that_is_really_full_posts_are_refused_and_pages_go_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mib=DISK_MIB) as disk, embedded(disk / "service") as installation:

        def fill() -> float:
            return lasting(
                full(disk), lambda: _await_refusals(installation, and_then=lambda: _is_full(installation))
            )

        for ledger in go_through(installation, "full disk below both", "posts", fill, tries=20):
            assert ledger.statuses("post") == {201, 503}
            assert ledger.statuses("read") == {200}


def _await_refusals(installation: Installation, and_then: Callable[[], bool] = lambda: True) -> None:
    """Wait until a post is refused, and the metrics, the log and the readiness say so."""
    before = installation.metric(REFUSED)
    until(lambda: installation.metric("firstword_database_up") == 0)
    until(lambda: installation.metric(REFUSED) > before)  # the probe may hear of it before a reader does
    assert '"write_failed"' in installation.log()
    until(and_then)


def _await_queue_away(installation: Installation) -> None:
    until(lambda: installation.metric("firstword_queue_ready") == 0)


def _is_full(installation: Installation) -> bool:
    answer = httpx2.get(f"{installation.service.url}/readyz")
    return answer.status_code == 503 and answer.json()["parts"]["database"].startswith("full")
