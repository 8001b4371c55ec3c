"""The file: a gzipped tar whose first part describes the others, written and read whole or not at all.

`manifest.json` holds length and SHA-256 of each part. Reading writes only into names that PART allows,
under a folder of its own; whoever asked for it moves them to their places when all are verified.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import time
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO, Any

from ..domain.errors import Invalid
from . import DATABASE, DUMP
from .moving import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
PART = re.compile(r"firstword\.(?:db|dump)|secret\.key|models/[A-Za-z0-9_-]+/[A-Za-z0-9_-][A-Za-z0-9_.-]*")
MAX_MANIFEST_BYTES = 1_000_000
UNREADABLE = (  # what reading a file raises that is not an archive, was cut, or was written by somebody else
    tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error,
    ValueError, KeyError, TypeError, AttributeError,
)  # fmt: skip


def write(file: Path, parts: Mapping[str, Path]) -> None:
    """Write an archive, mode 600, replacing what is there as a whole; `file` is on the parts' disk."""
    written = file.with_name(f".{file.name}.part")
    try:
        with written.open("wb") as target:
            written.chmod(0o600)
            _pack(target, parts)
            target.flush()
            os.fsync(target.fileno())
        written.replace(file)
    finally:
        written.unlink(missing_ok=True)
    sync_folder(file.absolute().parent)


def read(file: Path, staged: Path, wanted: str) -> None:
    """Unpack into a folder, each part as the manifest describes it.

    wanted: the part with the database. Raises Invalid for anything but a whole archive that has it.
    """
    try:
        with tarfile.open(file, "r:gz") as tar:
            described = _manifest(tar)
            _check_kind(described, wanted)
            while header := tar.next():
                _unpack(tar, header, described.pop(header.name, None), staged)
    except UNREADABLE as error:
        raise Invalid(f"{file} is not a whole archive of `firstword backup`.") from error
    if described:
        raise Invalid(f"{file} lacks {', '.join(sorted(described))}.")


def _pack(target: IO[bytes], parts: Mapping[str, Path]) -> None:
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


def _manifest(tar: tarfile.TarFile) -> dict[str, dict[str, Any]]:
    header = tar.next()
    if header is None or header.name != MANIFEST or not 0 < header.size <= MAX_MANIFEST_BYTES:
        raise ValueError("no manifest")
    content = tar.extractfile(header)
    manifest = json.load(content) if content else {}
    if manifest["format"] != FORMAT:
        raise Invalid(f"The archive has format {manifest['format']}, this version reads {FORMAT}.")
    parts: dict[str, dict[str, Any]] = manifest["parts"]
    return dict(parts)


def _check_kind(described: Collection[str], wanted: str) -> None:
    """Tell an archive of the other kind of database from one that has none."""
    if wanted in described:
        return
    if DUMP in described:
        raise Invalid("The archive is of a PostgreSQL installation: set FIRSTWORD_DATABASE_URL.")
    if DATABASE in described:
        raise Invalid("The archive is of an embedded installation (SQLite): unset FIRSTWORD_DATABASE_URL.")
    raise Invalid(f"The archive lacks {wanted}.")


def _unpack(
    tar: tarfile.TarFile, header: tarfile.TarInfo, described: dict[str, Any] | None, staged: Path
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


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
