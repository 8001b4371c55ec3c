"""Alembic's migrations; `upgrade` brings a database to the schema of `tables`."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

NEWEST = "0016"  # a test compares it with the files: Alembic itself takes a tenth of a second to load
LOCK = 0x66697273_74776F72  # of PostgreSQL, held while migrating: "firstwor"


def upgrade(engine: Engine) -> None:
    """Apply every migration that the database lacks, in one transaction; a second process waits for it."""
    if is_current(engine):
        return
    from alembic import command, config  # noqa: PLC0415 - only a first start needs it

    settings = config.Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:  # SQLite's BEGIN IMMEDIATE lets one in by itself
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def is_current(engine: Engine) -> bool:
    """Tell whether the database is at the newest schema."""
    with engine.connect() as connection:
        return schema(connection) == NEWEST


def schema(connection: Connection) -> str | None:
    """Return the schema that a database is at; None: it was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
