"""Break things for real: stop a process, let its system calls fail, fill its disk."""

import errno
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from io import RawIOBase
from pathlib import Path

import pytest

from tests.conditions import until
from tests.story.sight import is_alive

CHUNK = 64 * 1024


def kill(pids: Sequence[int]) -> None:
    """End processes as a power cut would, all at once; return when they are gone."""
    for pid in pids:
        _tell(pid, signal.SIGSTOP)  # none of them may tidy up because another one is gone
    for pid in pids:
        _tell(pid, signal.SIGKILL)
    until(lambda: not any(map(is_alive, pids)))


@contextmanager
def hung(pids: Sequence[int]) -> Iterator[None]:
    """Stop processes without ending them."""
    with ExitStack() as stack:
        for pid in pids:
            _tell(pid, signal.SIGSTOP)
            stack.callback(_tell, pid, signal.SIGCONT)
        yield


@contextmanager
def refusing(pids: Sequence[int], calls: str, error: str, *, files: Sequence[Path] = ()) -> Iterator[None]:
    """Let system calls of running processes fail, on some files or on all."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    command = [strace, "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}"]
    command += ["-e", f"inject={calls}:error={error}"]
    command += [part for pid in pids for part in ("-p", str(pid))]
    command += [part for file in files for part in ("-P", str(file))]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tracer:
        try:
            until(lambda: _is_refused(tracer) or all(_is_traced(pid, tracer.pid) for pid in pids))
            yield
        finally:
            tracer.terminate()


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no byte on the disk that a folder lies on."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        _write_on(file)
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def small_disk(folder: Path, *, mib: int) -> Iterator[Path]:
    """Give a folder a disk of its own, in memory."""
    folder.mkdir(mode=0o700, parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def _write_on(file: RawIOBase) -> None:
    try:
        while True:
            file.write(bytes(CHUNK))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def last(seconds: float) -> None:
    """Let a fault last: nothing tells of its end, it is over when the time is."""
    threading.Event().wait(seconds)


def _tell(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # a connection's process ends when the connection does
        os.kill(pid, what)


def _is_refused(tracer: "subprocess.Popen[bytes]") -> bool:
    """Tell that the system does not let one process watch another: then this cannot be tested here."""
    if tracer.poll() is not None:
        assert tracer.stderr is not None
        pytest.skip(f"strace is not allowed: {tracer.stderr.read().decode()}")
    return False


def _is_traced(pid: int, tracer_pid: int) -> bool:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return all(f"TracerPid:\t{tracer_pid}\n" in (task / "status").read_text() for task in tasks)
    except (FileNotFoundError, ProcessLookupError):
        return not is_alive(pid)
