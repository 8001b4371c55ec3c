"""Logs: one JSON line an event on stderr. Texts, names, tokens and addresses never get this far.

An error's message may repeat what somebody typed ("invalid input: '…'"), so of an exception only the
kinds, the codes of machines (errno, SQLSTATE) and the places in the code are told. What libraries log
(uvicorn, asyncio, SQLAlchemy) comes out in the same form. A line that cannot be written (stderr may lead
to a disk that is full) is lost; the work goes on.
"""

import errno
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import structlog
from structlog.typing import EventDict, Processor

FRAMES = 25  # the innermost ones


def configure(level: int = logging.INFO) -> None:
    """Set up logging for this process; stdout stays free for what a command prints."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_messages,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=orjson.dumps)],
        logger_factory=lambda *_: _Line(sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,  # else every line builds its logger anew, for half of its price
    )
    foreign = logging.StreamHandler(sys.stderr)
    foreign.setFormatter(_foreign_formatter(shared))
    logging.basicConfig(handlers=[foreign], level=logging.WARNING, force=True)


def _foreign_formatter(shared: list[Processor]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(
                serializer=lambda *args, **more: orjson.dumps(*args, **more).decode()
            ),
        ],
    )


def without_messages(_: object, __: str, event: EventDict) -> EventDict:
    """Tell of an exception what it was, what caused it and where it came from; not what it said."""
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple):
        raised = raised[1]
    elif raised is True:
        raised = sys.exception()
    if isinstance(raised, BaseException):
        event["causes"] = [_kind(each) for each in _chain(raised)]
        frames = traceback.extract_tb(raised.__traceback__)[-FRAMES:]
        event["trace"] = [f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames]
    return event


def _chain(raised: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what caused it, outermost first."""
    seen: set[int] = set()
    cause: BaseException | None = raised
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _kind(raised: BaseException) -> str:
    """Name an exception by its class, with the code that a machine gave it."""
    code = getattr(raised, "sqlstate", None) or getattr(raised, "sqlite_errorname", None)
    if isinstance(raised, OSError) and raised.errno is not None:
        code = errno.errorcode.get(raised.errno, str(raised.errno))
    return f"{type(raised).__name__} {code}" if code else type(raised).__name__


class _Line(structlog.BytesLogger):
    """Writes lines, where that is possible."""

    def msg(self, message: bytes) -> None:
        """Write a line, or lose it."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = error = critical = exception = fatal = failure = msg
