"""Alembic's migrations; `upgrade` brings a database to the schema of `tables.py`."""

from pathlib import Path

from sqlalchemy import Engine


def upgrade(engine: Engine) -> None:
    """Apply every migration that the database lacks, in one transaction."""
    from alembic import command, config  # noqa: PLC0415 - half a second that only a start needs

    settings = config.Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def is_current(engine: Engine) -> bool:
    """Tell whether the database is at the newest schema."""
    from alembic.migration import MigrationContext  # noqa: PLC0415 - see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    newest = ScriptDirectory(str(Path(__file__).parent)).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
