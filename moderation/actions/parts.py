"""What the actions work with: built once in `app.py`, handed to every action."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..live.bus import Bus
from ..live.queue import Queue
from ..live.rates import Rates
from ..store.db import Database
from ..store.writer import Writer
from .follow import Follow
from .pages import Pages
from .post import Post
from .probe import Probe
from .programs import Programs
from .retention import Kept
from .scoring import Scoring
from .sessions import Signing
from .signed import SignedIn
from .waits import Waits


def now_ms() -> int:
    """Return the wall clock in whole milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Parts:
    """The running service. queue_of: a site's queue; rates are like "10/minute" or "off"."""

    database: Database
    writer: Writer
    probe: Probe
    queue_of: Callable[[str], Queue]
    bus: Bus
    rates: Rates
    scoring: Scoring
    pages: Pages
    follow: Follow
    signing: Signing
    signed_in: SignedIn
    post_rate: str
    storm_rate: str
    post: Post | None
    kept: Kept
    waits: Waits
    programs: Programs
