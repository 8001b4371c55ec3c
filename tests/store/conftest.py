"""A fresh, migrated database for each test, once embedded and once on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete
from sqlmodel import SQLModel

from moderation.store.db import Database, open_database
from moderation.store.migrations import upgrade
from tests.postgres import TEMPLATE, administer
from tests.store.world import World


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    folder = tmp_path_factory.mktemp("template")
    database = open_database(None, folder)
    upgrade(database.writing)
    database.close()  # the last connection folds the log into the file
    return folder / "firstword.db"


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(sqlite_template, tmp_path / "firstword.db")
    database = open_database(None, tmp_path)
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_postgres(postgres_template: str) -> Iterator[Database]:
    administer(postgres_template, f"CREATE DATABASE shared TEMPLATE {TEMPLATE}")
    database = open_database(f"{postgres_template}/shared", Path())
    yield database
    database.close()


@pytest.fixture
def postgres(shared_postgres: Database) -> Database:
    """Emptied before each test: a tenth of what a database of its own would cost."""
    with shared_postgres.writing.begin() as connection:
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(delete(table))
    return shared_postgres


@pytest.fixture
def own_postgres(postgres_template: str) -> Iterator[Database]:
    """One that a test may take apart."""
    name = f"test_{uuid4().hex}"
    administer(postgres_template, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    database = open_database(f"{postgres_template}/{name}", Path())
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on both."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["sqlite", "own_postgres"])
def own_database(request: pytest.FixtureRequest) -> Database:
    """The same test on both; the schema may be changed."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """A site with an article, an author and a running writer."""
    with World(database) as world:
        yield world
