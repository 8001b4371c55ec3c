"""Any sequence of acts leaves the queue as a dictionary would have it."""

from dataclasses import dataclass, replace

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from moderation.live import keys
from moderation.live.queue import CLAIM_LANES, LANE_STEP_MS, LeaseLost, Queue, Waiting

IDS = [f"c{n}" for n in range(8)]
HOLDERS = st.sampled_from(["mia", "ben"])
LANES = st.sampled_from([*CLAIM_LANES, "audit"])
TIMES = st.integers(1_790_000_000_000, 1_790_000_000_000 + 5 * LANE_STEP_MS)


@dataclass(frozen=True)
class Entry:
    lane: str
    rank: float
    born: int
    token: str | None = None
    holder: str | None = None


class QueueMachine(RuleBasedStateMachine):
    client: redis.Redis

    def __init__(self) -> None:
        super().__init__()
        self.client.flushall()
        self.queue = Queue(self.client)
        self.model: dict[str, Entry] = {}
        self.lost: list[str] = ["never given"]

    def leased(self) -> list[str]:
        return sorted(one for one, entry in self.model.items() if entry.token)

    def give_back(self, comment_id: str, *, by_ms: int = 0) -> None:
        entry = self.model[comment_id]
        assert entry.token is not None
        self.lost.append(entry.token)
        self.model[comment_id] = Entry(entry.lane, entry.rank + by_ms, entry.born)

    @rule(comment_id=st.sampled_from(IDS), lane=LANES, rank=TIMES, born=TIMES)
    def push(self, comment_id: str, lane: str, rank: int, born: int) -> None:
        before = self.model.get(comment_id)
        assert self.queue.push([Waiting(comment_id, lane, rank, born)]) == (before is None)
        entry = before or Entry(lane, rank, born)
        self.model[comment_id] = replace(entry, lane=lane, rank=rank, born=born)

    @rule(
        limit=st.integers(1, 4),
        lanes=st.lists(LANES, min_size=1, unique=True),
        holder=HOLDERS,
        order=st.sampled_from(["priority", "oldest", "newest"]),
    )
    def claim(self, limit: int, lanes: list[str], holder: str, order: str) -> None:
        def place(comment_id: str) -> tuple[float, int]:
            entry = self.model[comment_id]
            nth = lanes.index(entry.lane)
            by_age = entry.born if order == "oldest" else -entry.born
            return (entry.rank + nth * LANE_STEP_MS if order == "priority" else by_age, nth)

        free = [one for one, entry in self.model.items() if not entry.token and entry.lane in lanes]
        # equal places go by id, as in a sorted set, which "newest" reads backwards
        expected = sorted(sorted(free, reverse=order == "newest"), key=place)[:limit]
        leases = self.queue.claim(limit=limit, lanes=lanes, holder=holder, order=order)
        assert [lease.comment_id for lease in leases] == expected
        for lease in leases:
            assert lease.lane == self.model[lease.comment_id].lane
            self.model[lease.comment_id] = replace(
                self.model[lease.comment_id], token=lease.token, holder=holder
            )

    @rule(data=st.data(), holder=HOLDERS, by_ms=st.sampled_from([0, 0, 90_000]))
    def release(self, data: st.DataObject, holder: str, by_ms: int) -> None:
        if not (held := self.leased()):
            return
        comment_id = data.draw(st.sampled_from(held))
        entry = self.model[comment_id]
        assert entry.token is not None
        if holder != entry.holder:
            with pytest.raises(LeaseLost):
                self.queue.defer(entry.token, holder=holder, by_s=by_ms / 1000)
            return
        self.queue.defer(entry.token, holder=holder, by_s=by_ms / 1000)
        self.give_back(comment_id, by_ms=by_ms)

    @rule(data=st.data())
    def run_out(self, data: st.DataObject) -> None:
        if held := self.leased():
            comment_id = data.draw(st.sampled_from(held))
            self.client.zadd(keys.leases("main"), {comment_id: 1})
            assert self.queue.reap() == 1
            self.give_back(comment_id)

    @rule(comment_ids=st.lists(st.sampled_from(IDS), max_size=3, unique=True))
    def remove(self, comment_ids: list[str]) -> None:
        known = [one for one in comment_ids if one in self.model]
        assert self.queue.remove(comment_ids) == len(known)
        self.lost += [entry.token for entry in map(self.model.pop, known) if entry.token]

    @rule(data=st.data(), holder=HOLDERS)
    def lost_tokens_open_nothing(self, data: st.DataObject, holder: str) -> None:
        with pytest.raises(LeaseLost):
            self.queue.extend(data.draw(st.sampled_from(self.lost)), holder=holder)

    @invariant()
    def agrees(self) -> None:
        free = [entry for entry in self.model.values() if not entry.token]
        for row in self.queue.depths():
            born = [entry.born for entry in free if entry.lane == row.lane]
            assert (row.waiting, row.oldest_at_ms) == (len(born), min(born, default=None))
        assert sorted(one for part in self.queue.members() for one in part) == sorted(self.model)
        held = {entry.token: one for one, entry in self.model.items() if entry.token}
        assert self.client.hgetall(keys.token_of("main")) == held
        assert sorted(self.client.hkeys(keys.lease_of("main"))) == self.leased()
        assert self.queue.leased() == len(held)


def test_the_queue_behaves_like_a_dictionary(client: redis.Redis) -> None:
    QueueMachine.client = client
    run_state_machine_as_test(
        QueueMachine,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
