"""A PostgreSQL server of our own, in a temporary folder, on a socket and a free port."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import create_engine, make_url

from tests.conditions import until

USER = "postgres"
TEMPLATE = "firstword_template"  # a migrated database that tests copy
START_S = 60.0


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL on this machine, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Cluster:
    """A cluster in a folder of its own, which a test may kill and start again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        where = binaries()
        assert where is not None
        self.data, port = folder / "data", free_port()
        self.url = f"postgresql://{USER}@127.0.0.1:{port}"
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        _own(folder)
        initdb = [str(where / "initdb"), "-D", str(self.data), "-A", "trust", "-U", USER, "--no-sync"]
        subprocess.run(_as_user([*initdb, "-E", "UTF8"]), check=True, stdout=subprocess.DEVNULL)
        flags = {"listen_addresses": "127.0.0.1", "max_connections": "200", **settings}
        self._command = [str(where / "postgres"), "-D", str(self.data), "-p", str(port), "-k", str(folder)]
        self._command += [f"--{name}={value}" for name, value in flags.items()]

    def start(self) -> None:
        """Start, and return when it takes connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(_as_user(self._command), stderr=log)
        until(self.answers, within_s=START_S)

    def stop(self) -> None:
        """Stop as fast as it can be; nothing is left running."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def pids(self) -> list[int]:
        """Return its processes, the first one first."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        return [self._process.pid, *(child.pid for child in children)]

    def freeze(self) -> list[int]:
        """Keep it from starting more processes; return those it has."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        return self.pids()

    def answers(self) -> bool:
        """Tell whether it takes connections. Raises AssertionError if it has ended."""
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-2000:]
        try:
            psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a cluster that keeps nothing over a power cut; give its address without a database name."""
    made = Cluster(folder, fsync="off")
    made.start()
    try:
        yield made.url
    finally:
        made.stop()


def administer(url: str, statement: str) -> None:
    """Run one statement outside of a transaction on the server's own database."""
    address = make_url(f"{url}/postgres").set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _own(folder: Path) -> None:
    """Let the server's user into a folder of root's: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return
    try:
        pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "--system", USER], check=True)
    shutil.chown(folder, USER)


def _as_user(command: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups", *command]


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
