"""Installations to break, started once; and the table of what became of them."""

from collections.abc import Iterator

import pytest

from tests import postgres
from tests.faults import record
from tests.faults.installation import Installation, by_address, embedded


@pytest.fixture(scope="package")
def in_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A service with SQLite and Valkey embedded."""
    with embedded(tmp_path_factory.mktemp("embedded")) as installation:
        yield installation


@pytest.fixture(scope="package")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A service with PostgreSQL and Valkey by address."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with by_address(tmp_path_factory.mktemp("apart")) as installation:
        yield installation


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures of what was broken."""
    if record.TRIES:
        terminalreporter.section("what was broken")
        for line in [*record.table(), *record.NOTES]:
            terminalreporter.write_line(line)
