"""The panic switch: for a while everything waits, nothing is taken, or everybody goes slower.

Pure: the brakes of a site and the time in, what holds for an article out. A brake ends by itself; of
several the strictest holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["premoderate", "close", "slow"]
State = Literal["open", "closed", "premoderated"]

KINDS: tuple[Kind, ...] = ("premoderate", "close", "slow")
LONGEST_MS = 30 * 24 * 3600 * 1000  # what is to last is a state of the article, or a policy
_STATES: dict[Kind, State] = {"premoderate": "premoderated", "close": "closed"}
_STRICTNESS: dict[State, int] = {"open": 0, "premoderated": 1, "closed": 2}


@dataclass(frozen=True, slots=True)
class Brake:
    """One brake. article_key None: the whole site; pause_s: between one reader's comments, if slow."""

    brake_id: str
    kind: Kind
    article_key: str | None
    pause_s: int
    until_ms: int

    def holds(self, article_key: str, now_ms: int) -> bool:
        """Tell whether it is on for an article."""
        return now_ms < self.until_ms and self.article_key in {None, article_key}


def state_under(brakes: Iterable[Brake], article_key: str, state: State, now_ms: int) -> State:
    """Return the state of an article under the brakes: the strictest of all."""
    held = (_STATES.get(each.kind, "open") for each in brakes if each.holds(article_key, now_ms))
    return max((state, *held), key=lambda each: _STRICTNESS[each])


def pause_under(brakes: Iterable[Brake], article_key: str, own_s: int, now_ms: int) -> int:
    """Return how many seconds lie between one reader's comments; own_s: what the article itself asks."""
    held = (each.pause_s for each in brakes if each.kind == "slow" and each.holds(article_key, now_ms))
    return max((own_s, *held))
