"""Claim a folder for one service, and find a place for its socket."""

import fcntl
import hashlib
import os
import stat
from pathlib import Path
from typing import TextIO

from ..domain.errors import Away, Conflict

MAX_SOCKET_BYTES = 100  # the kernel's limit is 108 on Linux, 104 on macOS, with the final zero
SHORT = Path("/tmp")  # noqa: S108 - used with a private folder; $TMPDIR may be long and may change


class FolderLock:
    """An advisory lock that the kernel drops with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def take(self) -> None:
        """Take the lock. Raises Conflict, naming the holder, if another service has it."""
        file = self._path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with file:
                file.seek(0)
                holder = file.read().strip() or "unknown"
            raise Conflict(
                f"another service (process {holder}) already runs on {self._path.parent}; "
                "stop it or choose another data folder"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def drop(self) -> None:
        """Let the next one take it; without effect if it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None


def socket_path(folder: Path) -> Path:
    """Return where the socket of this data folder lies: inside, or in /tmp if that is too deep.

    The same folder gives the same path in every run, so that a server left over is found.
    """
    inside = folder / "redis.sock"
    if len(os.fsencode(inside)) <= MAX_SOCKET_BYTES:
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return SHORT / f"firstword-{os.getuid()}-{digest}" / "redis.sock"


def private_folder(path: Path) -> None:
    """Make a folder that only we can enter. Raises Away if somebody else made it before us."""
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Away(f"{path} is not a private folder of ours; remove it, or use a shorter data folder")
