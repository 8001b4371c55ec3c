"""A PostgreSQL server of our own, in a temporary folder, on a socket and a free port."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL on this machine, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a cluster; give its address without a database name."""
    where = binaries()
    assert where is not None
    data = folder / "data"
    port = _free_port()
    _own(folder)
    _as_user([str(where / "initdb"), "-D", str(data), "-A", "trust", "-U", USER, "--no-sync", "-E", "UTF8"])
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    control = [str(where / "pg_ctl"), "-D", str(data), "-w"]
    _as_user([*control, "-o", options, "-l", str(folder / "log"), "start"])
    try:
        yield f"postgresql://{USER}@127.0.0.1:{port}"
    finally:
        if (data / "postmaster.pid").exists():  # else a test has ended it
            _as_user([*control, "-m", "immediate", "stop"])


def _own(folder: Path) -> None:
    """Let the server's user into a folder of root's: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return
    try:
        pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "--system", USER], check=True)
    shutil.chown(folder, USER)


def _as_user(command: list[str]) -> None:
    if os.geteuid() == 0:
        command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
