"""Logs are for people; the work must not depend on them."""

import subprocess
import sys
from pathlib import Path

import pytest

WORK = """
import structlog
from moderation import logs

logs.configure()
for _ in range(3):
    structlog.get_logger().error("write_failed", error="x" * 10_000)
print("went on")
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_line_that_cannot_be_written_is_lost_and_the_work_goes_on() -> None:
    with Path("/dev/full").open("w") as full:
        worked = subprocess.run(
            [sys.executable, "-c", WORK], stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )
    assert worked.stdout == "went on\n"
