"""Watch the statements that a call makes, and ask the database how it would find the rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event

from moderation.store.db import Database


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Any


@contextmanager
def watched(connection: Connection) -> Iterator[list[Statement]]:
    """Collect what is executed on a connection, with its parameters."""
    statements: list[Statement] = []

    def note(_: object, __: object, sql: str, parameters: Any, ___: object, ____: object) -> None:
        statements.append(Statement(sql, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection, "before_cursor_execute", note)


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
