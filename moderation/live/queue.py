"""The review queue: what waits for a person, and who holds what.

Each act is one Lua script, hence all or nothing, and timed by Redis's own clock. A comment is in
the queue once: it waits in one lane or is leased by one holder. Leases are comfort, so that two
people do not read the same comment; the fence against two decisions is the version in SQL.
Every method raises Away when Redis cannot be reached.
"""

import math
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

import redis
from redis.commands.core import Script

from ..domain.errors import Conflict, Field, Invalid
from ..domain.states import LANES
from . import keys
from .client import reaching

CLAIM_LANES = ("escalated", "reported", "doubtful", "new_author")
LEASE_S = 120  # median review takes 20 s; longer leases starve the queue when a tab is left open
LONGEST_S = 600  # no lease is longer; one that seems to be is from before the clock was set back
MAX_CLAIM = 50
TAU_MS = 30 * 60 * 1000  # e times the expected harm is worth half an hour of waiting
HARM = (0.01, 1.0)
REACH = (1.0, 1000.0)
# A little more than the widest gap `priority` makes (5.8 h), so that of two comments as old the
# one in the earlier lane is always first; bounded, so that a flood of reports starves no lane.
LANE_STEP_MS = 6 * 3600 * 1000
SLICE = 500  # comments a script call: about 5 ms, during which Redis serves nobody else

Order = Literal["priority", "oldest", "newest"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A comment that needs a person. `priority`: lowest is next, in ms (see `priority`)."""

    comment_id: str
    lane: str
    priority: float
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class Lease:
    """One holder's claim on one comment, good until `expires_at_ms` by Redis's clock."""

    comment_id: str
    token: str
    lane: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class LaneDepth:
    """How much waits in a lane, leased ones apart, and since when the oldest does."""

    lane: str
    waiting: int
    oldest_at_ms: int | None


class LeaseLost(Conflict):
    """The lease ran out, was given away, or belongs to someone else."""


def priority(created_at_ms: int, *, harm: float, reach: float) -> float:
    """Return created - τ·ln(harm · reach) in ms; the lowest is reviewed next.

    harm: expected harm, a probability; reach: expected readers in any unit, only ratios matter.
    Both are clamped (HARM, REACH; not a number counts as the lower end), so the score lies
    within -3.5 h … +2.3 h of the creation. It never changes with time, hence nothing needs
    re-sorting; and a comment waits at most for those created less than 5.8 h after it, hence
    nothing starves, however harmful the newer ones are.
    """
    return created_at_ms - TAU_MS * math.log(_within(harm, HARM) * _within(reach, REACH))


class Queue:
    """The queue of one site. Threads may share it."""

    def __init__(self, client: redis.Redis, site: str = "main") -> None:
        self._redis = client
        self._site = site
        self._keys = keys.of_queue(site)
        self._scripts = {path.stem: Script(client, _source(path)) for path in _script_files()}

    def push(self, items: Sequence[Waiting]) -> int:
        """Let comments wait; return how many were not in the queue before.

        Doing it twice is doing it once. A push into another lane moves the comment; a leased one
        stays leased and goes back to the lane and priority pushed last. Atomic per SLICE.
        """
        _check_lanes([item.lane for item in items])
        rows = [
            (item.comment_id, item.lane, repr(float(item.priority)), item.created_at_ms) for item in items
        ]
        return sum(
            self._run("push", *(value for row in part for value in row)) for part in _slices(rows, SLICE)
        )

    def claim(
        self,
        *,
        limit: int,
        holder: str,
        lanes: Sequence[str] = CLAIM_LANES,
        lease_s: float = LEASE_S,
        order: str = "priority",
    ) -> list[Lease]:
        """Lease up to `limit` waiting comments (1 … MAX_CLAIM) to `holder`, best first.

        order: "priority" prefers the earlier lane, by LANE_STEP_MS a lane, then the lowest
        priority; "oldest" and "newest" go by creation, whatever the lane. A comment is in one
        answer only; leases that ran out are taken back first. Raises Invalid.
        """
        _check_lanes(lanes)
        _check_order(order)
        if not 1 <= limit <= MAX_CLAIM:
            raise Invalid(f"a claim takes 1 to {MAX_CLAIM} comments", [Field("limit", "out of range")])
        lanes = tuple(dict.fromkeys(lanes))  # a lane named twice would lease its head twice
        tokens = [secrets.token_urlsafe(16) for _ in range(limit)]
        ends, *claimed = self._run(
            "claim", _ms(lease_s), holder, order, LANE_STEP_MS, len(lanes), *lanes, *tokens
        )
        rows = zip(claimed[::3], claimed[1::3], claimed[2::3], strict=True)
        return [Lease(comment_id, token, lane, int(ends)) for comment_id, token, lane in rows]

    def extend(self, token: str, *, holder: str, lease_s: float = LEASE_S) -> Lease:
        """Let the lease end `lease_s` from now. Raises LeaseLost."""
        comment_id, lane, ends = _found(self._run("extend", token, holder, _ms(lease_s)))
        return Lease(comment_id, token, lane, int(ends))

    def release(self, token: str, *, holder: str, comment_id: str = "") -> None:
        """Let the comment wait again with its old priority. Raises LeaseLost, also for another comment's."""
        _found(self._run("release", token, holder, 0, comment_id))

    def defer(self, token: str, *, holder: str, by_s: float) -> None:
        """Let the comment wait again as if it were `by_s` younger. Raises LeaseLost."""
        _found(self._run("release", token, holder, _ms(by_s), ""))

    def remove(self, comment_ids: Sequence[str]) -> int:
        """Take decided comments out, leased or waiting; return how many were in. Atomic per SLICE."""
        return sum(self._run("remove", *part) for part in _slices(comment_ids, SLICE))

    def reap(self) -> int:
        """Let comments whose lease ran out wait again; return how many."""
        total = 0
        while True:
            taken_back: int = self._run("reap", SLICE)
            total += taken_back
            if taken_back < SLICE:
                return total

    def depths(self) -> list[LaneDepth]:
        """Return one row for each of LANES, in that order; one round trip."""
        with reaching(), self._redis.pipeline(transaction=False) as pipe:
            for lane in LANES:
                pipe.zcard(keys.age(self._site, lane))
                pipe.zrange(keys.age(self._site, lane), 0, 0, withscores=True)
            answers = pipe.execute()
        rows = zip(LANES, answers[::2], answers[1::2], strict=True)
        return [LaneDepth(lane, count, int(oldest[0][1]) if oldest else None) for lane, count, oldest in rows]

    def leased(self) -> int:
        """Return how many comments are leased now, those that ran out and were not reaped included."""
        with reaching():
            return self._redis.zcard(keys.leases(self._site))

    def size(self) -> int:
        """Count the comments waiting or leased."""
        with reaching():
            return self._redis.hlen(keys.lane_of(self._site))

    def members(self, slice_size: int = 1000) -> Iterator[list[str]]:
        """Yield the id of every comment waiting or leased, in slices of at most `slice_size`.

        Those in the queue all the while come at least once (twice is possible); those pushed or
        removed meanwhile may or may not.
        """
        cursor = 0
        while True:
            with reaching():
                answer = self._redis.hscan(keys.lane_of(self._site), cursor, count=slice_size)
            cursor, found = cast("tuple[int, dict[str, str]]", answer)
            yield from _slices(list(found), slice_size)
            if cursor == 0:
                return

    def epoch(self) -> str | None:
        """Return what `set_epoch` wrote; None means that Redis came back empty."""
        with reaching():
            return cast("str | None", self._redis.get(keys.epoch(self._site)))

    def confirm_epoch(self, epoch: str) -> None:
        """Write the epoch only where one stands: one that was lost meanwhile stays lost."""
        with reaching():
            self._redis.set(keys.epoch(self._site), epoch, xx=True)

    def set_epoch(self, epoch: str) -> None:
        """Write what the queue was built for: a server run, or that it is being built."""
        with reaching():
            self._redis.set(keys.epoch(self._site), epoch)

    def run_id(self) -> str:
        """Return the own id of the server that holds the queue, new with every start of it.

        A script asks, because its keys lead to the right one of a cluster's nodes. Raises Away, also if
        the server cannot write.
        """
        with reaching():
            self._redis.ping()  # refused while the append-only file cannot be written; a script is not
        return str(self._run("run_id"))

    def renew_file(self) -> None:
        """Let Redis begin a new append-only file if it refuses to write.

        After one failed fsync it refuses for ever, also on a disk that is well again; of a full disk
        it recovers by itself, and a rewrite that fails meanwhile changes nothing.
        """
        with reaching():
            try:
                self._redis.ping()
            except redis.ResponseError:
                self._redis.bgrewriteaof()

    def _run(self, name: str, *arguments: str | int) -> Any:
        with reaching():
            return self._scripts[name](keys=self._keys, args=arguments)


def _script_files() -> list[Path]:
    folder = Path(__file__).parent / "scripts"
    return sorted(path for path in folder.glob("*.lua") if path.stem != "common")


@cache  # the same for every site
def _source(path: Path) -> bytes:
    known = "local LANES = {" + ", ".join(f"'{lane}'" for lane in LANES) + "}\n"
    known += f"local LONGEST_MS = {_ms(LONGEST_S)}\n"
    source = known + path.with_name("common.lua").read_text("utf-8") + path.read_text("utf-8")
    return source.encode()  # of bytes redis-py computes the digest without asking the server anything


def _found(answer: Any) -> Any:
    if answer is None:
        raise LeaseLost("this lease is no longer yours: it ran out, or the comment was decided")
    return answer


def _check_lanes(lanes: Sequence[str]) -> None:
    unknown = sorted(set(lanes) - set(LANES))
    if unknown:
        raise Invalid(f"unknown lane {unknown[0]!r}", [Field("lane", f"one of {', '.join(LANES)}")])


def _check_order(order: str) -> None:
    if order not in get_args(Order):
        raise Invalid(f"unknown order {order!r}", [Field("order", f"one of {', '.join(get_args(Order))}")])


def _within(value: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return low if math.isnan(value) else min(max(value, low), high)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _slices(values: Sequence[T], size: int) -> Iterator[list[T]]:
    return (list(values[start : start + size]) for start in range(0, len(values), size))
