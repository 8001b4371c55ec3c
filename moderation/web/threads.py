"""Threads for those who wait, apart from those who read.

Starlette's forty threads read: pages, counts, one's own comments. A decision or a sign-in waits for the
writer or for the hash of a password; when the writer stands still, such requests would soon hold all forty,
and no page would be read.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio.to_thread import run_sync

WAITING = 16  # threads; `store/db` has a connection for each of these and of Starlette's

T = TypeVar("T")

_WAITING = anyio.CapacityLimiter(WAITING)


async def run_waiting(act: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run an act that may wait for others in a thread; at most WAITING at a time, the rest stand in line."""
    return await run_sync(partial(act, *args, **kwargs), limiter=_WAITING)
