"""Every name Firstword uses in Redis: its type, how long it lives, and who writes it.

TABLE is the documentation and a test's yardstick: a key outside of it is a bug. All keys of a
site share the hash tag `{fw:<site>}`, so a Lua script may touch them together in Redis Cluster.
Ids only: no text, no name ever gets here.
"""

from dataclasses import dataclass
from typing import Literal

from ..domain.states import LANES

BUS_CHANNEL = "fw:bus"
RATE_PREFIX = "fw:rate"


@dataclass(frozen=True, slots=True)
class Key:
    """One row of the table; `<…>` in the pattern stands for a value."""

    pattern: str
    kind: Literal["zset", "hash", "string", "list", "channel"]
    lives: str
    writer: str
    holds: str


TABLE = (
    Key(
        "{fw:<site>}:lane:<lane>:rank", "zset", "for ever", "queue", "waiting comment → priority, lowest next"
    ),
    Key(
        "{fw:<site>}:lane:<lane>:age", "zset", "for ever", "queue", "waiting comment → created, ms since 1970"
    ),
    Key("{fw:<site>}:lane_of", "hash", "for ever", "queue", "comment, waiting or leased → its lane"),
    Key(
        "{fw:<site>}:leases", "zset", "for ever", "queue", "leased comment → end of the lease, ms since 1970"
    ),
    Key(
        "{fw:<site>}:lease_of",
        "hash",
        "for ever",
        "queue",
        "leased comment → lane priority created token holder",
    ),
    Key("{fw:<site>}:token_of", "hash", "for ever", "queue", "lease token → comment"),
    Key("{fw:<site>}:epoch", "string", "for ever", "queue", "name of the last rebuild; missing: emptied"),
    Key(BUS_CHANNEL, "channel", "-", "bus", '{"article": id, "version": n}'),
    Key(RATE_PREFIX + ":<rate>", "list", "its window", "rates", "times of the hits inside the window"),
)


def tag(site: str) -> str:
    """Return the hash tag of a site. Raises ValueError for a brace, which would move the tag."""
    if not site or "{" in site or "}" in site:
        raise ValueError(f"a site's name must be without braces, not {site!r}")
    return f"{{fw:{site}}}"


def rank(site: str, lane: str) -> str:
    """Name the sorted set of a lane by priority."""
    return f"{tag(site)}:lane:{lane}:rank"


def age(site: str, lane: str) -> str:
    """Name the sorted set of a lane by creation."""
    return f"{tag(site)}:lane:{lane}:age"


def lane_of(site: str) -> str:
    """Name the hash that knows every comment of the queue."""
    return f"{tag(site)}:lane_of"


def leases(site: str) -> str:
    """Name the sorted set of lease ends."""
    return f"{tag(site)}:leases"


def lease_of(site: str) -> str:
    """Name the hash of lease records by comment."""
    return f"{tag(site)}:lease_of"


def token_of(site: str) -> str:
    """Name the hash of comments by lease token."""
    return f"{tag(site)}:token_of"


def epoch(site: str) -> str:
    """Name the string that an emptied Redis lacks."""
    return f"{tag(site)}:epoch"


def of_queue(site: str) -> list[str]:
    """Return the KEYS of every queue script, in the order `scripts/common.lua` reads them."""
    fixed = [lane_of(site), leases(site), lease_of(site), token_of(site)]
    return fixed + [name(site, lane) for lane in LANES for name in (rank, age)]
