"""Write an installation into one file, and put it back, whichever database it is on."""

import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..domain.errors import Invalid, Missing
from ..settings import Settings
from . import DATABASE, DUMP, KEY, embedded, server
from .moving import finish
from .tar import PART, write


def backup(settings: Settings, file: Path) -> list[str]:
    """Write the archive, whole or not at all, mode 600; return the names of its parts."""
    finish(settings)
    return _write(settings, file)


def _write(settings: Settings, file: Path) -> list[str]:
    with tempfile.TemporaryDirectory(prefix=".firstword-", dir=file.absolute().parent) as folder:
        if settings.is_embedded_database:
            name, copy = DATABASE, Path(folder) / DATABASE
            try:
                folders = embedded.copy(settings, copy)
            except sqlite3.DatabaseError as error:
                raise Invalid(f"The database cannot be copied: {error}.") from error
        else:
            name, copy = DUMP, Path(folder) / DUMP
            folders = server.dump(settings, copy)
        parts = {name: copy, **_beside(settings, folders)}
        write(file, parts)
    return list(parts)


def restore(settings: Settings, file: Path, *, replace: bool) -> Path | None:
    """Put an archive's parts in their places; return what keeps what was there, if anything.

    Raises Conflict while a service runs, or if data is there and `replace` is false; Invalid for an
    archive that is not whole. Either way nothing is changed.
    """
    finish(settings)
    if settings.is_embedded_database:
        return embedded.restore(settings, file, replace=replace)

    def keep(kept: Path) -> None:
        _write(settings, kept)

    return server.restore(settings, file, keep if replace else None)


def _beside(settings: Settings, folders: Mapping[str, Path]) -> dict[str, Path]:
    """Return the parts beside the database: only files, and a key only if no setting overrules it."""
    key = settings.data_dir / KEY
    found = {KEY: key} if key.exists() and not settings.secret_key else {}
    for model_id, folder in folders.items():
        if not folder.is_dir():
            raise Missing(f"The promoted model {model_id} is not in {folder} any more.")
        found |= {f"models/{model_id}/{each.name}": each for each in folder.iterdir() if each.is_file()}
    return {name: path for name, path in found.items() if PART.fullmatch(name)}
