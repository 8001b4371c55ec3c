"""PostgreSQL: its own pg_dump and pg_restore, in one snapshot out and in one transaction in.

Only our tables are dumped and replaced; whatever else lives in the database stays. The transaction
drops ours, restores the archive's, says where its models lie now, and notes the restore's name: killed
before its commit, all is as it was. What was there is written to an archive of its own first.
"""

import filecmp
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from sqlalchemy.engine import make_url

from ..domain.errors import Conflict, Invalid
from ..settings import Settings, data_folder
from ..store import copying
from ..store.db import open_database
from . import DUMP, KEY
from .moving import RESTORING, clear, commit, finish, lock, new_kept, staging
from .tar import read

INSTALL = "on Debian and Ubuntu, apt-get install postgresql-client; as new as the server or newer"
MOVED = "UPDATE model SET folder = :'folder{0}' WHERE id = :'model{0}';"
NOTED = (
    "INSERT INTO lease (name, holder, expires_at_ms) VALUES ('restored', :'restore', 0) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder;"
)
PSQL = ("-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", f"--output={os.devnull}")
RESTORER = "firstword-restore"  # as pg_stat_activity names it


def dump(settings: Settings, target: Path) -> dict[str, Path]:
    """Dump our tables; return the folder of every model that was ever promoted, by id."""
    tables = [f"--table={name}" for name in copying.tables()]
    _run(settings, "pg_dump", "--format=custom", "--compress=0", f"--file={target}", *tables)
    database = open_database(settings.database_url, settings.data_dir)
    try:
        with database.read() as connection:  # later than the dump: none of its models is missing
            return copying.promoted(connection)
    finally:
        database.close()


def restore(settings: Settings, file: Path, keep: Callable[[Path], None] | None) -> Path | None:
    """Replace our tables by an archive's; return the archive of what was there, if anything.

    keep: writes that archive; None: data that is there is not replaced. Raises Conflict, Invalid.
    """
    home = data_folder(settings)
    held = lock(settings)
    held.take()
    try:
        is_used = _look(settings)
        if is_used and keep is None:
            raise Conflict("There are comments or accounts already; --force keeps a backup and restores.")
        clear(home)
        with staging(home) as staged, staging(home) as scripts:
            kept = _restore(settings, file, staged, scripts, keep if is_used else None)
        finish(settings, is_locked=True)
        return kept
    finally:
        held.drop()


def _restore(
    settings: Settings, file: Path, staged: Path, scripts: Path, keep: Callable[[Path], None] | None
) -> Path | None:
    read(file, staged, DUMP)
    _check_schema(settings, staged / DUMP)
    home, name = settings.data_dir.resolve(), uuid4().hex
    kept = home / f"{new_kept()}.backup" if keep else None
    if keep and kept:
        keep(kept)
    folders = {each.name: _place(each, home / "models", name) for each in staged.glob("models/*")}
    written = _write_scripts(settings, staged / DUMP, scripts, len(folders))
    if (staged / KEY).exists() and not settings.secret_key:
        commit(staged, home, new_kept(), name)
    try:
        _run(settings, "psql", *PSQL, *_variables(folders, name), *(f"--file={each}" for each in written))
    except Invalid:
        shutil.rmtree(home / RESTORING, ignore_errors=True)
        raise
    return kept


def _write_scripts(settings: Settings, dump_file: Path, folder: Path, models: int) -> list[Path]:
    """Write what psql will do in one transaction: drop, restore, say where so many models lie."""
    before, restored, after = (folder / f"{number}.sql" for number in range(3))
    ours = ", ".join(copying.tables())
    before.write_text(f"DROP TABLE IF EXISTS {ours};\n")  # in one statement: they refer to each other
    _run(settings, "pg_restore", "--no-owner", "--no-privileges", f"--file={restored}", str(dump_file))
    moved = (MOVED.format(each) for each in range(models))  # psql quotes what stands for the names
    after.write_text("\n".join(["RESET search_path;", *moved, NOTED, ""]))
    return [before, restored, after]


def _look(settings: Settings) -> bool:
    """Tell whether there is data. Raises Conflict while a service or a worker is connected."""
    database = open_database(settings.database_url, settings.data_dir)
    try:
        with database.read() as connection:
            if others := copying.connected(connection):
                says = f"{others} connections of Firstword are open: stop all its web processes and workers."
                raise Conflict(says)
            return copying.is_used(connection)
    finally:
        database.close()


def _check_schema(settings: Settings, archived: Path) -> None:
    """Raise Invalid for an archive of a newer schema."""
    said = _run(settings, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(archived))
    lines = said.splitlines()
    begin = next((number for number, line in enumerate(lines) if line.startswith("COPY ")), None)
    if begin is None:
        raise Invalid("The database in the archive has no schema.")
    copying.check_schema(lines[begin + 1].strip())


def _place(staged: Path, models: Path, name: str) -> Path:
    """Put a model beside the others; none is touched, since they belong to the old state until the commit."""
    place = models / staged.name
    if place.exists():
        files = sorted({path.name for folder in (staged, place) for path in folder.iterdir()})
        if filecmp.cmpfiles(staged, place, files, shallow=False)[0] == files:
            return place
        place = models / name / staged.name
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged.rename(place)
    return place


def _variables(folders: dict[str, Path], name: str) -> list[str]:
    variables = {"restore": name}
    for number, (model_id, folder) in enumerate(folders.items()):
        variables |= {f"model{number}": model_id, f"folder{number}": str(folder)}
    return [f"--set={each}={value}" for each, value in variables.items()]


def _run(settings: Settings, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs; the password is in its environment, not in its arguments."""
    found = shutil.which(program)
    if found is None:
        raise Invalid(f"{program} is not installed: {INSTALL}.")
    address = make_url(settings.database_url or "").set(drivername="postgresql")
    environment = os.environ | {"PGAPPNAME": RESTORER, "PGCONNECT_TIMEOUT": "10"}
    if address.password:
        environment["PGPASSWORD"] = str(address.password)
    target = [] if program == "pg_restore" else [f"--dbname={address.set(password=None).render_as_string()}"]
    ran = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, our own arguments
        [found, *target, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        said = [line for line in ran.stderr.splitlines() if not line.startswith(("DETAIL", "CONTEXT"))]
        raise Invalid(f"{program} failed: {'; '.join(said[:2]) or f'status {ran.returncode}'}")
    return ran.stdout
