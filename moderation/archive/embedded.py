"""The embedded form: a SQLite file, copied while it is written to, and moved in with the service stopped."""

from pathlib import Path

from ..domain.errors import Conflict, Missing
from ..settings import Settings, data_folder
from ..store.copying import check_database, copy_database, move_models, promoted_folders
from . import DATABASE
from .moving import clear, commit, database_file, finish, lock, new_kept, staging
from .tar import read


def copy(settings: Settings, target: Path) -> dict[str, Path]:
    """Copy what is committed now; return the folder of every model that was ever promoted, by id."""
    database = database_file(settings)
    if not database.exists():
        raise Missing(f"There is no database at {database}.")
    copy_database(database, target)
    return promoted_folders(target)


def restore(settings: Settings, file: Path, *, replace: bool) -> Path | None:
    """Put an archive's parts into the data dir; return the folder that keeps what was there, if anything."""
    home, database = data_folder(settings), database_file(settings)
    held = lock(settings)
    held.take()
    try:
        if database.exists() and not replace:
            raise Conflict(f"{database} is there already; --force sets it aside and restores.")
        clear(home)
        with staging(home) as staged:
            read(file, staged, DATABASE)
            check_database(staged / DATABASE)
            models = {each.name: (home / "models" / each.name).resolve() for each in staged.glob("models/*")}
            move_models(staged / DATABASE, models)
            commit(staged, home, new_kept())
        return finish(settings, is_locked=True)
    finally:
        held.drop()
