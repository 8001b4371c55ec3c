"""What all tests share: real servers, started once; and no silent skip where that is asked for."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from moderation.store.db import open_database
from moderation.store.migrations import upgrade
from tests import postgres
from tests.service import Service, running


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One embedded service for all tests that do not break it; each uses articles of its own."""
    yield from running(tmp_path_factory.mktemp("service"), {})


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL cluster, or a skip that says so."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    # Not below pytest's own folder: the server's user could not enter it.
    with (
        tempfile.TemporaryDirectory(prefix="firstword-postgres-") as folder,
        postgres.cluster(Path(folder)) as url,
    ):
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The server's address; a migrated database waits there as a template."""
    postgres.administer(postgres_url, f"CREATE DATABASE {postgres.TEMPLATE}")
    database = open_database(f"{postgres_url}/{postgres.TEMPLATE}", Path())
    upgrade(database.writing)
    database.close()
    return postgres_url


@pytest.fixture(scope="session")
def new_database(postgres_template: str) -> Callable[[], str]:
    """Make a migrated database; return its address."""

    def make() -> str:
        name = f"story_{uuid4().hex[:8]}"
        postgres.administer(postgres_template, f"CREATE DATABASE {name} TEMPLATE {postgres.TEMPLATE}")
        return f"{postgres_template}/{name}"

    return make


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The system's Chromium, or a skip that says so."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    pytest.skip("Chromium is not installed")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail on a skip when FIRSTWORD_NO_SKIPS is set: CI has everything that tests need."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("FIRSTWORD_NO_SKIPS") and skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
