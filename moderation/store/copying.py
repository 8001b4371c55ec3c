"""Copy a SQLite database while it is written to, look at copies, and at what a restore would replace."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text
from sqlmodel import SQLModel

from ..domain.errors import Invalid
from .migrations import NEWEST
from .tables import account, comment, lease, model, promotion


def copy_database(source: Path, target: Path) -> None:
    """Copy what is committed now into a new file; posts go on meanwhile, and are not in it.

    One step over all pages reads one snapshot of the log: in several steps each post would start it anew.
    """
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as there,
        closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here, pages=-1)
        here.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def promoted_folders(database: Path) -> dict[str, Path]:
    """Return the folder of every model that was ever promoted, by id: what a roll-back may need."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT id, folder FROM model WHERE id IN (SELECT model_id FROM promotion)")
        return {model_id: Path(folder) for model_id, folder in rows}


def move_models(database: Path, folders: Mapping[str, Path]) -> None:
    """Tell a copy where its models lie from now on."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for model_id, folder in folders.items():
            connection.execute("UPDATE model SET folder = ? WHERE id = ?", (str(folder), model_id))


def check_database(database: Path) -> None:
    """Raise Invalid unless the copy is whole and of a schema that this version knows."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            [(verdict,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            [(schema,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except (sqlite3.DatabaseError, ValueError) as error:
        raise Invalid("The database in the archive cannot be read.") from error
    if verdict != "ok":
        raise Invalid("The database in the archive is damaged.")
    check_schema(str(schema))


def check_schema(schema: str) -> None:
    """Raise Invalid for a schema that only a newer version knows."""
    if schema > NEWEST:
        raise Invalid(
            f"The archive has schema {schema}, this version knows {NEWEST}: install a newer Firstword first."
        )


def tables() -> list[str]:
    """Return the name of every table of ours."""
    return [*(table.name for table in SQLModel.metadata.sorted_tables), "alembic_version"]


def promoted(connection: Connection) -> dict[str, Path]:
    """Return the folder of every model that was ever promoted, by id."""
    wanted = select(model.c.id, model.c.folder).where(model.c.id.in_(select(promotion.c.model_id)))
    return {row.id: Path(row.folder) for row in connection.execute(wanted)}


def connected(connection: Connection) -> int:
    """Count the other connections of Firstword to this PostgreSQL database."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'firstword' "
        "AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    return int(connection.execute(text(others)).scalar_one())


def is_used(connection: Connection) -> bool:
    """Tell whether somebody has commented, or may sign in."""
    there = inspect(connection)
    return any(
        there.has_table(table.name) and connection.execute(select(table.c.id).limit(1)).first() is not None
        for table in (comment, account)
    )


def last_restored(connection: Connection) -> str | None:
    """Return the name of the restore that this database came from."""
    if not inspect(connection).has_table(lease.name):
        return None
    wanted = select(lease.c.holder).where(lease.c.name == "restored")
    return connection.execute(wanted).scalar_one_or_none()
