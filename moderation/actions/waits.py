"""How long a comment usually waits for a moderator: the median of what was decided lately, in round figures.

Public, so it says no more than a reader may know: nothing where few were decided, and a step of STEPS_S,
never the figure itself. Kept for a while, since it is asked for with every waiting comment.
"""

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from ..store import decisions
from ..store.db import Database

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400
STEPS_S = (
    *(5 * MINUTE_S, 10 * MINUTE_S, 20 * MINUTE_S, 30 * MINUTE_S),
    *(HOUR_S, 2 * HOUR_S, 4 * HOUR_S, 8 * HOUR_S, 12 * HOUR_S),
    *(DAY_S, 2 * DAY_S, 3 * DAY_S),
)
LATELY_MS = 7 * DAY_S * 1000
FEWEST = 5  # of fewer, a median would tell of single decisions
MOST = 200
KEPT_MS = MINUTE_S * 1000


class Waits:
    """The usual wait of each site, looked up once a minute at most."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[int, int | None]] = {}

    def usual_s(self, site_id: str, now_ms: int) -> int | None:
        """Return within how many seconds half of the comments are decided; None: it is not known."""
        asked_at_ms, wait_s = self._known.get(site_id, (-KEPT_MS, None))
        if now_ms - asked_at_ms < KEPT_MS:
            return wait_s
        with self._database.read() as connection:
            waited_ms = decisions.waits_of_site_ms(connection, site_id, now_ms - LATELY_MS, MOST)
        wait_s = usual_s(waited_ms)
        self._known[site_id] = now_ms, wait_s
        return wait_s


def usual_s(waited_ms: Sequence[int]) -> int | None:
    """Return the step that half of the waits stay within; None: too few, or longer than all steps."""
    if len(waited_ms) < FEWEST:
        return None
    step = bisect_left(STEPS_S, median(waited_ms) / 1000)
    return STEPS_S[step] if step < len(STEPS_S) else None
