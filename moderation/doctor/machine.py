"""Settings, keys, files, disk: what this machine holds."""

import difflib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from dotenv import dotenv_values

from ..actions.health import ROOM_BYTES
from ..settings import Settings
from .findings import Finding, ok, problem, unless_found, warning

PREFIX = "FIRSTWORD_"
SCARCE_BYTES = 1024 * 1024 * 1024  # a day of a million comments is about that
BORN_S = 1_760_000_000.0  # October 2025: no clock of a running machine is behind this
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def settings_are_known(settings: Settings) -> Iterator[Finding]:
    """Look for names that are no settings: a misspelt one is silently without effect."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    names = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    given = {name for name in names if name.startswith(PREFIX)}
    found = []
    for name in sorted(given - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        do = f"Did you mean {near[0]}?" if near else "Remove it; `firstword settings` lists what there is."
        found.append(warning("settings", f"{name} is not a setting and has no effect.", do))
    if settings.traces_url and find_spec("opentelemetry") is None:
        do = "pip install 'firstword[otel]', or unset it."
        found.append(problem("settings", "FIRSTWORD_TRACES_URL needs an extra that is missing.", do))
    yield from unless_found(found, "settings", f"{len(given)} given, all known.")


def key_is_ours_alone(settings: Settings) -> Iterator[Finding]:
    """Look at the secret key: whoever reads it can be any reader."""
    if settings.secret_key:
        yield ok("key", "FIRSTWORD_SECRET_KEY is set; keep a copy where backups are.")
        return
    path = settings.data_dir / "secret.key"
    if not path.exists():
        yield ok("key", f"{path} is made at the first start.")
    elif others := _open_to_others(path):
        yield problem("key", f"{path} can be read by others (mode {others}).", f"chmod 600 {path}")
    elif len(path.read_text().strip()) < 32:
        do = "Remove it to have one made; sessions and reader tokens end."
        yield problem("key", f"{path} is shorter than 32 characters.", do)
    else:
        yield ok("key", f"{path} can be read by its owner alone.")


def files_are_private(settings: Settings) -> Iterator[Finding]:
    """Look at who else may read what people typed."""
    found = []
    home = settings.data_dir
    if home.exists() and not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        do = f"Give it to the user that runs the service: chown -R … {home}"
        found.append(problem("files", f"{home} cannot be written by this user.", do))
    private = [home, home / "redis", *home.glob("firstword.db*"), *home.glob("replaced-*")]
    for path in (each for each in private if each.exists()):
        if others := _open_to_others(path):
            do = f"chmod {'700' if path.is_dir() else '600'} {path}"
            found.append(warning("files", f"{path} is open to others (mode {others}).", do))
    dotenv = Path(".env")
    if dotenv.exists() and (others := _open_to_others(dotenv)):
        found.append(warning("files", f".env is open to others (mode {others}).", "chmod 600 .env"))
    if any(home.glob("replaced-*")):
        do = "Delete it once the restored service is seen to work."
        found.append(warning("files", f"{home} keeps data from before a restore.", do))
    yield from unless_found(found, "files", f"{home} is its owner's alone.")


def disk_has_room(settings: Settings) -> Iterator[Finding]:
    """Look at the room where the data dir is, or will be."""
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{free / 1024**3:.1f} GB are free at {settings.data_dir}."
    if free < ROOM_BYTES:
        yield problem("disk", says, "Make room: posts are refused below 32 MB.")
    elif free < SCARCE_BYTES:
        yield warning("disk", says, "Make room, or move FIRSTWORD_DATA_DIR, before it is full.")
    else:
        yield ok("disk", says)


def clock_is_right(_: Settings) -> Iterator[Finding]:
    """Look for a clock that was never set."""
    if time.time() < BORN_S:
        do = "Let the machine keep time (systemd-timesyncd, chrony)."
        yield problem("clock", "This machine's clock is years behind.", do)


def _open_to_others(path: Path) -> str:
    """Return the mode of what others may touch, else nothing."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return f"{mode:03o}" if mode & OTHERS else ""
