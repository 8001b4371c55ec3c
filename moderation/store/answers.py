"""Answer those who wait for the writer: threads, and readers on an event loop."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

Answer = Future[Any] | asyncio.Future[Any]
Outcome = tuple[Any, BaseException | None]  # what came of an act, or why nothing did


def is_awaited(answer: Answer) -> bool:
    """Tell whether somebody still waits: the reader may have hung up. A thread cannot any more after this."""
    if isinstance(answer, Future):
        return answer.set_running_or_notify_cancel()
    return not answer.cancelled()


def give(outcomes: Iterable[tuple[Answer, Outcome]]) -> None:
    """Answer everybody: threads here, each event loop in one call, which wakes it once."""
    waiting: dict[asyncio.AbstractEventLoop | None, list[tuple[Answer, Outcome]]] = {}
    for answer, outcome in outcomes:
        loop = None if isinstance(answer, Future) else answer.get_loop()
        waiting.setdefault(loop, []).append((answer, outcome))
    for loop, settled in waiting.items():
        if loop is None:
            _settle(settled)
        else:
            with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
                loop.call_soon_threadsafe(_settle, settled)


def _settle(settled: Iterable[tuple[Answer, Outcome]]) -> None:
    for answer, (result, error) in settled:
        if answer.done():
            continue
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)
