"""Move restored parts to their places so that a kill at any moment is made good by the next start.

A restore gathers all that it will move in one folder, complete and synced, and renames that to
RESTORING. From then on the new state is what counts: `finish` moves part by part, and may be killed
and called again. On PostgreSQL the transaction counts instead: the folder waits until the database
says that this very restore was committed.
"""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy.engine import make_url

from ..domain.errors import Invalid
from ..live.folder import FolderLock
from ..settings import Settings
from ..store.copying import last_restored
from ..store.db import open_database
from . import DATABASE, DUMP, KEY

RESTORING, STAGED = "restoring", ".restore-"
KEPT, NAME = "kept", "name"  # files in it: the folder for what is replaced, the restore's own name


def lock(settings: Settings) -> FolderLock:
    """Return what a running service holds."""
    return FolderLock(settings.data_dir / "service.lock")


def database_file(settings: Settings) -> Path:
    """Return where the SQLite file is, or will be. Raises Invalid."""
    if settings.database_url is None:
        return settings.data_dir / DATABASE
    named = make_url(settings.database_url).database
    if not named or named == ":memory:":
        raise Invalid("FIRSTWORD_DATABASE_URL names no file.")
    return Path(named)


def new_kept() -> str:
    """Name a folder (or a file) for what a restore replaces."""
    return f"replaced-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid4().hex[:6]}"


@contextmanager
def staging(home: Path) -> Iterator[Path]:
    """Give a folder to gather parts in; it is gone afterwards, unless it was renamed."""
    staged = Path(tempfile.mkdtemp(prefix=STAGED, dir=home))
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def clear(home: Path) -> None:
    """Remove what restores gathered that were killed before it counted."""
    for left_over in home.glob(f"{STAGED}*"):
        shutil.rmtree(left_over)


def commit(staged: Path, home: Path, kept: str, name: str = "") -> None:
    """Let a complete folder be what counts from now on."""
    for note, said in ((KEPT, kept), (NAME, name)):
        with (staged / note).open("w") as file:
            file.write(said)
            file.flush()
            os.fsync(file.fileno())
    for folder in (*(path for path in staged.rglob("*") if path.is_dir()), staged):
        sync_folder(folder)
    if (home / RESTORING).exists():  # of a restore into PostgreSQL that was never committed
        shutil.rmtree(home / RESTORING)
    staged.rename(home / RESTORING)
    sync_folder(home)


def finish(settings: Settings, *, is_locked: bool = False) -> Path | None:
    """Go on with what was committed; return the folder of what it replaced, if anything."""
    folder = settings.data_dir / RESTORING
    if not folder.exists():
        return None
    with ExitStack() as stack:
        if not is_locked:
            held = lock(settings)
            held.take()
            stack.callback(held.drop)
        if not settings.is_embedded_database and not _is_committed(settings, folder):
            return None
        return _move_in(folder, settings)


def _is_committed(settings: Settings, folder: Path) -> bool:
    database = open_database(settings.database_url, settings.data_dir)
    try:
        with database.read() as connection:
            return last_restored(connection) == (folder / NAME).read_text()
    finally:
        database.close()


def _move_in(folder: Path, settings: Settings) -> Path | None:
    home = settings.data_dir
    kept = home / (folder / KEPT).read_text()
    (folder / DUMP).unlink(missing_ok=True)  # it is in the database
    for source, place in _places(folder, settings).items():
        beside = [place.with_name(place.name + end) for end in ("-wal", "-shm")]
        for old in (*(beside if source.name == DATABASE else ()), place):
            if old.exists():
                kept.mkdir(mode=0o700, exist_ok=True)
                _move(old, kept / old.name)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _move(source, place)
    done = home / f"{STAGED}{uuid4().hex}"
    folder.rename(done)
    shutil.rmtree(done)
    return kept if kept.exists() else None


def _places(folder: Path, settings: Settings) -> dict[Path, Path]:
    """Return where each part belongs, the database last."""
    home = settings.data_dir
    places = {each: home / "models" / each.name for each in sorted(folder.glob("models/*"))}
    key, database = folder / KEY, folder / DATABASE
    places |= {key: home / KEY} if key.exists() else {}
    return places | ({database: database_file(settings)} if database.exists() else {})


def _move(source: Path, place: Path) -> None:
    """Rename; over the border of a disk, copy beside the place and rename there."""
    try:
        source.rename(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        near = place.with_name(f".{place.name}.restoring")
        shutil.copy2(source, near)
        with near.open("rb") as copied:
            os.fsync(copied.fileno())
        near.rename(place)
        source.unlink()
    sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Make what was moved into or out of a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
