"""Become another program that dies with the service: `python tether.py PARENT_PID PROGRAM ARG…`.

Run by its path, before the server binary takes its place, because the kernel's parent-death
signal must be asked for in the child, and Python code between fork and exec is unsafe in a
process with threads. Linux only. The signal comes when the *thread* that forked ends; the
supervisor's thread lives as long as the service.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ask to be killed with the parent, then exec. Exits with 1 if either is not there."""
    parent_pid, *command = sys.argv[1:]
    # SIGKILL, not SIGTERM: a stopped server would outlive its service, and the append-only
    # file is written before each answer, so nothing answered is lost
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent_pid):
        sys.exit("the service ended before its Redis server began")
    try:
        os.execv(command[0], command)  # noqa: S606 - the command is our own supervisor's
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main()
