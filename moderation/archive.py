"""One file that holds an installation: write it beside the running service, restore it elsewhere.

A gzipped tar: `manifest.json` (length and SHA-256 of each part) first, then the SQLite database, the
secret key if it was made in the data dir (sessions and device tokens stay valid; a key from the
environment is the operator's to keep), and the models that were ever promoted. Redis holds nothing
that SQL cannot give back.

Restoring writes only into names that `PART` allows, under a folder of its own, and moves them to
their places when all of them are verified. PostgreSQL has `pg_dump`; both functions refuse it.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import time
import zlib
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from .domain.errors import Conflict, Invalid, Missing
from .live.folder import FolderLock
from .settings import Settings, data_folder
from .store.copying import check_database, copy_database, move_models, promoted_folders

FORMAT = 1
DATABASE, KEY, MANIFEST = "firstword.db", "secret.key", "manifest.json"
PART = re.compile(r"firstword\.db|secret\.key|models/[A-Za-z0-9_-]+/[A-Za-z0-9_-][A-Za-z0-9_.-]*")
MAX_MANIFEST_BYTES = 1_000_000
UNREADABLE = (  # what reading a file raises that is not an archive, was cut, or was written by somebody else
    tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error,
    ValueError, KeyError, TypeError, AttributeError,
)  # fmt: skip


def backup(settings: Settings, file: Path) -> list[str]:
    """Write the archive, whole or not at all, mode 600; return the names of its parts."""
    database = _database(settings)
    if not database.exists():
        raise Missing(f"There is no database at {database}.")
    with tempfile.TemporaryDirectory(prefix=".firstword-", dir=file.absolute().parent) as folder:
        copy = Path(folder) / DATABASE
        try:
            copy_database(database, copy)
            parts = {DATABASE: copy, **_beside(settings, copy)}
        except sqlite3.DatabaseError as error:
            raise Invalid(f"{database} cannot be copied: {error}.") from error
        written = Path(folder) / "archive"
        with written.open("xb") as target:
            _write(target, parts)
            target.flush()
            os.fsync(target.fileno())
        written.chmod(0o600)
        written.replace(file)
    _sync_folder(file.absolute().parent)
    return list(parts)


def restore(settings: Settings, file: Path, *, replace: bool) -> Path | None:
    """Put an archive's parts into the data dir; return the folder that keeps what was there, if anything.

    Raises Conflict while a service runs, or if data is there and `replace` is false; Invalid for an
    archive that is not whole. Either way nothing is changed.
    """
    database = _database(settings)
    home = data_folder(settings)
    lock = FolderLock(home / "service.lock")
    lock.take()
    try:
        if database.exists() and not replace:
            raise Conflict(f"{database} is there already; --force sets it aside and restores.")
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=home) as staged:
            _read(file, Path(staged))
            check_database(Path(staged) / DATABASE)
            return _move_in(Path(staged), home, database)
    finally:
        lock.drop()


def _database(settings: Settings) -> Path:
    if not settings.is_embedded_database:
        raise Invalid("This installation is on PostgreSQL: use pg_dump and pg_restore (docs/deployment.md).")
    if settings.database_url is None:
        return settings.data_dir / DATABASE
    named = make_url(settings.database_url).database
    if not named or named == ":memory:":
        raise Invalid("FIRSTWORD_DATABASE_URL names no file.")
    return Path(named)


def _beside(settings: Settings, copy: Path) -> dict[str, Path]:
    """Return the parts beside the database: only files, and a key only if no setting overrules it."""
    key = settings.data_dir / KEY
    found = {KEY: key} if key.exists() and not settings.secret_key else {}
    for model_id, folder in promoted_folders(copy).items():
        if not folder.is_dir():
            raise Missing(f"The promoted model {model_id} is not in {folder} any more.")
        found |= {f"models/{model_id}/{each.name}": each for each in folder.iterdir() if each.is_file()}
    return {name: path for name, path in found.items() if PART.fullmatch(name)}


def _write(target: IO[bytes], parts: dict[str, Path]) -> None:
    manifest = {
        "format": FORMAT,
        "made_at_ms": time.time_ns() // 1_000_000,
        "parts": {
            name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for name, path in parts.items()
        },
    }
    described = json.dumps(manifest, indent=1).encode()
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=3) as tar:
        header = tarfile.TarInfo(MANIFEST)
        header.size = len(described)
        tar.addfile(header, io.BytesIO(described))
        for name, path in parts.items():
            header = tarfile.TarInfo(name)
            header.size = path.stat().st_size
            with path.open("rb") as content:
                tar.addfile(header, content)


def _read(file: Path, staged: Path) -> None:
    """Unpack into a folder, each part as the manifest describes it. Raises Invalid."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            described = _manifest(tar)
            while header := tar.next():
                _unpack(tar, header, described.pop(header.name, None), staged)
    except UNREADABLE as error:
        raise Invalid(f"{file} is not a whole archive of `firstword backup`.") from error
    if described:
        raise Invalid(f"{file} lacks {', '.join(sorted(described))}.")


def _manifest(tar: tarfile.TarFile) -> dict[str, dict[str, object]]:
    header = tar.next()
    if header is None or header.name != MANIFEST or not 0 < header.size <= MAX_MANIFEST_BYTES:
        raise ValueError("no manifest")
    content = tar.extractfile(header)
    manifest = json.load(content) if content else {}
    if manifest["format"] != FORMAT:
        raise Invalid(f"The archive has format {manifest['format']}, this version reads {FORMAT}.")
    parts: dict[str, dict[str, object]] = manifest["parts"]
    return parts if DATABASE in parts else {DATABASE: {}, **parts}


def _unpack(
    tar: tarfile.TarFile, header: tarfile.TarInfo, described: dict[str, object] | None, staged: Path
) -> None:
    content = tar.extractfile(header) if header.isreg() else None
    if content is None or described is None or not PART.fullmatch(header.name):
        raise Invalid(f"The archive holds {header.name!r}, which no backup has.")
    if header.size != described["bytes"]:
        raise Invalid(f"{header.name} in the archive is not what was backed up.")
    path = staged / header.name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as target:
        shutil.copyfileobj(content, target)
        target.flush()
        os.fsync(target.fileno())
    path.chmod(0o600)
    if _sha256(path) != described["sha256"]:
        raise Invalid(f"{header.name} in the archive is not what was backed up.")


def _move_in(staged: Path, home: Path, database: Path) -> Path | None:
    """Set aside what is there, then move the parts in; the database last: without it nothing was restored."""
    models = {each.name: home / "models" / each.name for each in staged.glob("models/*")}
    move_models(staged / DATABASE, {name: folder.resolve() for name, folder in models.items()})
    places = {staged / "models" / name: folder for name, folder in models.items()}
    places |= {staged / KEY: home / KEY} if (staged / KEY).exists() else {}
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    logs = [database.with_name(database.name + end) for end in ("-wal", "-shm")]
    kept = _set_aside([database, *logs, *places.values()], home)
    (home / "models").mkdir(mode=0o700, exist_ok=True)
    for source, place in (*places.items(), (staged / DATABASE, database)):
        shutil.move(source, place)
        _sync_folder(place.parent)
    return kept


def _set_aside(paths: list[Path], home: Path) -> Path | None:
    present = [path for path in paths if path.exists()]
    if not present:
        return None
    kept = Path(tempfile.mkdtemp(prefix="replaced-", dir=home))
    for path in present:
        shutil.move(path, kept / path.name)
    _sync_folder(kept)
    return kept


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
