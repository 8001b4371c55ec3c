"""Logs: one JSON line an event on stderr. Texts, names, tokens and addresses never get this far.

A line that cannot be written (stderr may lead to a disk that is full) is lost; the work goes on.
"""

import logging
import sys
from contextlib import suppress

import orjson
import structlog


def configure(level: int = logging.INFO) -> None:
    """Set up logging for this process; stdout stays free for what a command prints."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        logger_factory=lambda *_: _Line(sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,  # else every line builds its logger anew, for half of its price
    )


class _Line(structlog.BytesLogger):
    """Writes lines, where that is possible."""

    def msg(self, message: bytes) -> None:
        """Write a line, or lose it."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = error = critical = exception = fatal = failure = msg
