"""The database itself: durable settings, one schema, and errors that keep what people typed to themselves."""

import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command, config
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel

from moderation.store import migrations
from moderation.store.db import Database, open_database
from moderation.store.tables import comment, outbox
from tests.store.conftest import administer
from tests.store.world import World

SECRET = "what somebody typed"


def alembic(database: Database, act: Any, revision: str) -> None:
    settings = config.Config()
    settings.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.writing.begin() as connection:
        settings.attributes["connection"] = connection
        act(settings, revision)


def differences(database: Database) -> list[Any]:
    with database.reading.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        found: list[Any] = compare_metadata(context, SQLModel.metadata)
    return found


def test_the_migrations_give_exactly_the_schema_of_the_tables(database: Database) -> None:
    assert migrations.is_current(database.reading)
    assert differences(database) == []


def test_the_newest_schema_is_the_last_migration() -> None:
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_heads() == [migrations.NEWEST]


def test_the_schema_can_be_taken_down_and_put_up_again(own_database: Database) -> None:
    alembic(own_database, command.downgrade, "base")
    assert set(inspect(own_database.writing).get_table_names()) <= {"alembic_version"}
    assert not migrations.is_current(own_database.reading)
    migrations.upgrade(own_database.writing)
    assert migrations.is_current(own_database.reading)
    assert differences(own_database) == []
    with World(own_database) as world:
        world.add()
        world.check_counters()


def test_upgrading_a_current_database_changes_nothing_and_keeps_what_is_in_it(world: World) -> None:
    comment_id = world.add()
    world.writer.stop()
    migrations.upgrade(world.database.writing)
    assert world.comment(comment_id).body == "A comment."


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 5000),
    ],
)
def test_sqlite_is_durable_and_strict_on_every_connection(
    sqlite: Database, pragma: str, value: object
) -> None:
    for engine in (sqlite.reading, sqlite.writing):
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_sqlite_has_one_connection_to_write_with(sqlite: Database) -> None:
    pool: Any = sqlite.writing.pool
    assert (pool.size(), pool._max_overflow) == (1, 0)
    assert sqlite.is_sqlite


def test_a_comment_on_an_article_that_does_not_exist_is_refused(world: World) -> None:
    row = world.row(article_id="00000000-0000-7000-8000-000000000000") | {"is_listed": True}
    with pytest.raises(SQLAlchemyError):
        world.run(lambda tx: tx.connection.execute(insert(comment), row))
    assert world.count(comment) == 0


def test_readers_see_what_was_committed_and_never_what_is_being_written(world: World) -> None:
    seen: list[int] = []

    def act(transaction: Any) -> None:
        transaction.connection.execute(insert(comment), world.row() | {"is_listed": True})
        seen.append(world.count(comment))

    world.run(act)
    assert seen == [0]
    assert world.count(comment) == 1


def test_what_a_reading_connection_changed_is_rolled_back(world: World) -> None:
    with world.database.read() as connection:
        connection.execute(insert(comment), world.row() | {"is_listed": True})
    assert world.count(comment) == 0


def test_json_and_every_character_come_back_as_they_went_in(world: World) -> None:
    body = "żółw 😀 \u202e \ud7ff \U0010ffff ' \" \\ %s :x {} \n\t"
    comment_id = world.add(body=body)
    assert world.comment(comment_id).body == body


def test_what_was_written_is_there_when_the_database_is_opened_again(
    sqlite: Database, tmp_path: Path
) -> None:
    with World(sqlite) as world:
        comment_id = world.add()
    sqlite.close()
    again = open_database(None, tmp_path)
    with again.read() as connection:
        assert [row.id for row in connection.execute(comment.select())] == [comment_id]
    again.close()


@pytest.mark.parametrize(
    "broken",
    [
        {"author_name": None},  # a value that must be there
        {"article_id": "00000000-0000-7000-8000-000000000000"},  # a reference to nothing
        {"version": 2**70},  # a number that does not fit
    ],
    ids=["missing", "dangling", "too large"],
)
def test_an_error_of_the_database_does_not_repeat_what_was_typed(
    world: World, broken: dict[str, object]
) -> None:
    row = world.row(body=SECRET, **broken) | {"is_listed": True}
    with pytest.raises(Exception) as failure:  # noqa: PT011 - SQLAlchemy's, or the driver's own
        world.run(lambda tx: tx.connection.execute(insert(comment), row))
    logged = "".join(traceback.format_exception(failure.value))
    assert SECRET not in logged


def test_a_repeated_key_is_refused_without_showing_the_row(world: World) -> None:
    comment_id = world.add("rejected")
    row = world.row(body=SECRET, id=comment_id) | {"is_listed": False}
    with pytest.raises(SQLAlchemyError) as failure:
        world.run(lambda tx: tx.connection.execute(insert(comment), row))
    assert SECRET not in "".join(traceback.format_exception(failure.value))
    assert world.count(outbox) == 0


def test_two_processes_that_migrate_at_once_both_find_the_newest_schema(postgres_template: str) -> None:
    name = f"race_{uuid4().hex}"
    administer(postgres_template, f"CREATE DATABASE {name}")
    databases = [open_database(f"{postgres_template}/{name}", Path()) for _ in range(4)]
    with ThreadPoolExecutor(len(databases)) as threads:
        list(threads.map(lambda each: migrations.upgrade(each.writing), databases))
    assert differences(databases[0]) == []
    for each in databases:
        each.close()
