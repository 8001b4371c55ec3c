"""What the log tells of an exception: its kinds, a machine's codes and places, never its words."""

import json
import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from moderation.logs import without_messages

SECRET = "what somebody typed"
WORK = """
import structlog
from moderation import logs

logs.configure()
for _ in range(3):
    structlog.get_logger().error("write_failed", error="x" * 10_000)
print("went on")
"""


def failed() -> Exception:
    """Return an exception with a cause, each of which repeats a text."""
    try:
        try:
            sqlite3.connect(":memory:").execute("SELECT 'what somebody typed' FROM nowhere")
        except sqlite3.OperationalError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        return error


def test_an_exception_is_told_without_its_message() -> None:
    told = without_messages(None, "error", {"event": "unexpected", "exc_info": failed()})
    assert told["causes"] == ["ValueError", "OperationalError SQLITE_ERROR"]
    assert told["trace"][-1].startswith("test_logs.py:")
    assert SECRET not in json.dumps(told)


def test_a_machines_code_is_told() -> None:
    told = without_messages(None, "error", {"event": "x", "exc_info": OSError(28, "No space", "/a/path")})
    assert told["causes"] == ["OSError ENOSPC"]


def test_what_a_library_logs_is_a_line_of_json_too() -> None:
    program = (
        "import logging, moderation.logs as logs\n"
        "logs.configure()\n"
        "try: raise ValueError('what somebody typed')\n"
        "except ValueError: logging.getLogger('asyncio').exception('Task failed')\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    [line] = ran.stderr.splitlines()
    told = json.loads(line)
    assert (told["event"], told["logger"], told["causes"]) == ("Task failed", "asyncio", ["ValueError"])
    assert told["level"] == logging.getLevelName(logging.ERROR).lower()
    assert SECRET not in line


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_line_that_cannot_be_written_is_lost_and_the_work_goes_on() -> None:
    with Path("/dev/full").open("w") as full:
        worked = subprocess.run(
            [sys.executable, "-c", WORK], stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )
    assert worked.stdout == "went on\n"
