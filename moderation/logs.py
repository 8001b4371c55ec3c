"""Logs: one JSON line an event on stderr. Texts, names, tokens and addresses never get this far."""

import logging
import sys

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
        logger_factory=structlog.BytesLoggerFactory(file=sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,  # else every line builds its logger anew, for half of its price
    )
