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

API_ON_BOTH = [
    "appeals",
    "brake",
    "identity",
    "likes",
    "marks",
    "moderating",
    "mutes",
    "policy",
    "posting",
    "reading",
    "replies",
    "reports",
]
ON_BOTH = {*(f"tests.api.test_{name}" for name in API_ON_BOTH), "tests.story.test_two_moderators"}

# What takes minutes and is no daily matter: `make test-long` and CI run it beside `make test`, which would
# take longer than its ten minutes with it.
LONG = [
    "tests/browser/test_vectors.py",
    "tests/clients/",  # installs what it runs
    "tests/story/test_backup",
    "tests/story/test_cli.py",
    "tests/story/test_letters.py",
    "tests/story/test_programs.py",
    "tests/story/test_restore_killed.py",
    "tests/unit/training/test_card.py",
    "tests/unit/training/test_fit.py",
]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the long ones."""
    for item in items:
        if item.nodeid.startswith(tuple(LONG)):
            item.add_marker("long")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what depends on the database on both; all else that shares a service, on SQLite."""
    has_its_own = hasattr(metafunc.module, "service")
    if "service" in metafunc.fixturenames and not has_its_own:
        databases = ["sqlite", "postgres"] if metafunc.module.__name__ in ON_BOTH else ["sqlite"]
        metafunc.parametrize("service", databases, indirect=True, scope="session")


@pytest.fixture(scope="session")
def service(request: pytest.FixtureRequest) -> Service:
    """One service for all tests that do not break it; each uses articles of its own."""
    found: Service = request.getfixturevalue(f"{request.param}_service")
    return found


@pytest.fixture(scope="session")
def sqlite_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from running(tmp_path_factory.mktemp("service"), {})


@pytest.fixture(scope="session")
def postgres_service(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    yield from running(tmp_path_factory.mktemp("service"), {"database_url": new_database()})


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
