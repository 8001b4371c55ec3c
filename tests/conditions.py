"""Wait for something to be true; the only place in the tests where time passes on purpose."""

import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


def until(condition: Callable[[], T], *, within_s: float = 10.0, every_s: float = 0.01) -> T:
    """Return the first true value of `condition`. Raises AssertionError after `within_s`.

    Exceptions of the condition are not caught: say in it what may fail.
    """
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not true after {within_s} s"
        threading.Event().wait(every_s)
    return value


async def eventually(
    condition: Callable[[], Awaitable[T]], *, within_s: float = 10.0, every_s: float = 0.01
) -> T:
    """Return the first true value of an awaited `condition`. Raises TimeoutError after `within_s`."""
    with anyio.fail_after(within_s):
        while not (value := await condition()):  # noqa: ASYNC110 - what we wait for is in another process
            await anyio.sleep(every_s)
    return value
