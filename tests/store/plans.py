"""Watch the statements that a call makes, and ask the database how it would find the rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from moderation.store.db import Database

# A handful of rows each, whatever the site: read as a whole.
TINY = ("site", "policy", "model", "promotion", "lease", "account", "alembic_version")
STEPS = 100  # of SQLite's machine between two looks at the counter
INNER = ("SCAN anon_", "SCAN (subquery", "SCAN CONSTANT")  # the few rows of an inner query


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Any


@contextmanager
def watched(connection: Connection | Engine) -> Iterator[list[Statement]]:
    """Collect what is executed on a connection, or on all of an engine, with its parameters."""
    statements: list[Statement] = []

    def note(_: object, __: object, sql: str, parameters: Any, ___: object, ____: object) -> None:
        statements.append(Statement(sql, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection, "before_cursor_execute", note)


@contextmanager
def all_watched(database: Database) -> Iterator[list[Statement]]:
    """Collect what anybody in this process reads or changes; inserts find nothing and are left out."""
    told: list[Statement] = []
    with watched(database.writing) as written, watched(database.reading) as read:
        yield told
    ours = {each.sql: each for each in [*written, *read] if _looks_up(each.sql)}
    told.extend(ours.values())


def _looks_up(sql: str) -> bool:
    verb = sql.split(maxsplit=1)[0].upper()
    return verb in {"SELECT", "UPDATE", "DELETE", "WITH"} and "pg_catalog" not in sql


def sqlite_scans(database: Database, statement: Statement) -> list[str]:
    """Return the lines of a statement's plan that read a table, or an index, from end to end."""
    with database.read() as connection:
        explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.sql}", _first(statement))
        scans = [row.detail for row in explained if row.detail.startswith("SCAN")]
    allowed = (*(f"SCAN {table}" for table in TINY), *INNER)
    return [line for line in scans if not line.startswith(allowed) and "ix_outbox_unsent" not in line]


def sqlite_steps(database: Database, statement: Statement) -> int:
    """Return how many steps SQLite's machine takes for a statement, which is undone: about ten a row."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += STEPS
        return 0

    with database.read() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, STEPS)
        try:
            found = connection.exec_driver_sql(statement.sql, _first(statement))
            if found.returns_rows:
                found.all()
        finally:
            driver.set_progress_handler(None, STEPS)
    return counted


def postgres_touched(database: Database, statement: Statement) -> int:
    """Return how many rows PostgreSQL touches for a statement, which is undone."""
    with database.read() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # small tables invite it,
        connection.exec_driver_sql("SET LOCAL random_page_cost = 1")  # and to walk along the primary key
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}"
        (found,) = connection.exec_driver_sql(explain, _first(statement)).scalars().all()
        return _touched(found[0]["Plan"])


def _first(statement: Statement) -> Any:
    given = statement.parameters
    return given[0] if isinstance(given, list) else given


def statements_of(database: Database, call: Callable[[Connection], object]) -> list[Statement]:
    with database.read() as connection, watched(connection) as statements:
        call(connection)
        return statements


def sqlite_plan(database: Database, call: Callable[[Connection], object]) -> list[str]:
    """Return the lines of EXPLAIN QUERY PLAN of every statement that `call` makes."""
    lines = []
    for statement in statements_of(database, call):
        with database.read() as connection:
            explained = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters
            )
            lines += [row.detail for row in explained]
    return lines


def postgres_rows(database: Database, call: Callable[[Connection], object]) -> int:
    """Return how many rows PostgreSQL touches for `call`, those it throws away included."""
    touched = 0
    for statement in statements_of(database, call):
        with database.read() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # small tables invite it
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}"
            (found,) = connection.exec_driver_sql(explain, statement.parameters).scalars().all()
            touched += _touched(found[0]["Plan"])
    return touched


def _touched(node: dict[str, Any]) -> int:
    thrown = sum(value for name, value in node.items() if name.startswith("Rows Removed by"))
    own = (node["Actual Rows"] + thrown) * node["Actual Loops"]
    return int(own) + sum(_touched(each) for each in node.get("Plans", ()))
