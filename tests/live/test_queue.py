"""The queue hands each comment to one person at a time, in order, and loses none."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from moderation.domain.errors import Away, Conflict, Invalid
from moderation.live import keys
from moderation.live.client import connect
from moderation.live.queue import LANE_STEP_MS, Lease, LeaseLost, Queue, Waiting, priority
from tests.conditions import until

BORN = 1_790_000_000_000


def waiting(comment_id: str, lane: str = "doubtful", *, rank: float = BORN, born: int = BORN) -> Waiting:
    return Waiting(comment_id, lane, rank, born)


def ids(leases: list[Lease]) -> list[str]:
    return [lease.comment_id for lease in leases]


def depth(queue: Queue, lane: str) -> int:
    return next(row.waiting for row in queue.depths() if row.lane == lane)


def let_run_out(client: redis.Redis, lease: Lease) -> None:
    client.zadd(keys.leases("main"), {lease.comment_id: 1})


def test_the_lowest_priority_is_claimed_first(queue: Queue) -> None:
    queue.push([waiting("c", rank=3.25), waiting("a", rank=1.5), waiting("b", rank=2)])
    assert ids(queue.claim(limit=2, holder="mia")) == ["a", "b"]


def test_priorities_keep_fractions_of_a_millisecond(queue: Queue) -> None:
    queue.push([waiting("b", rank=BORN + 0.126), waiting("a", rank=BORN + 0.125)])
    for _ in range(3):
        [lease] = queue.claim(limit=1, holder="mia")
        assert lease.comment_id == "a"
        queue.release(lease.token, holder="mia")


def test_of_comments_as_old_the_earlier_lane_goes_first(queue: Queue) -> None:
    lanes = ("new_author", "doubtful", "reported", "escalated", "audit")
    queue.push([waiting(lane, lane, rank=BORN + nth) for nth, lane in enumerate(lanes)])
    assert ids(queue.claim(limit=50, holder="mia")) == ["escalated", "reported", "doubtful", "new_author"]


def test_a_flood_of_reports_does_not_starve_the_other_lanes(queue: Queue) -> None:
    flood = [waiting(f"r{n}", "reported", rank=BORN + 4 * LANE_STEP_MS) for n in range(100)]
    queue.push([*flood, waiting("patient", "new_author")])
    assert ids(queue.claim(limit=1, holder="mia")) == ["patient"]


@pytest.mark.parametrize(("order", "expected"), [("oldest", ["r", "d", "e"]), ("newest", ["e", "d", "r"])])
def test_oldest_and_newest_go_by_creation_across_lanes(queue: Queue, order: str, expected: list[str]) -> None:
    queue.push(
        [waiting("d", born=2), waiting("e", "escalated", rank=1, born=3), waiting("r", "reported", born=1)]
    )
    assert ids(queue.claim(limit=9, holder="mia", order=order)) == expected


def test_a_claim_of_some_lanes_leaves_the_others(queue: Queue) -> None:
    queue.push([waiting("d"), waiting("a", "audit")])
    assert ids(queue.claim(limit=9, lanes=["audit", "audit"], holder="mia")) == ["a"]
    assert depth(queue, "doubtful") == 1


def test_eight_racing_threads_claim_each_comment_exactly_once(queue: Queue) -> None:
    queue.push([waiting(f"c{n}", rank=n) for n in range(2000)])

    def drain(holder: str) -> list[str]:
        mine: list[str] = []
        while some := queue.claim(limit=7, holder=holder):
            mine += ids(some)
        return mine

    with ThreadPoolExecutor(8) as threads:
        claimed = [one for mine in threads.map(drain, "abcdefgh") for one in mine]
    assert sorted(claimed) == sorted(f"c{n}" for n in range(2000))
    assert queue.leased() == 2000


def test_threads_that_claim_release_and_push_lose_nothing(queue: Queue) -> None:
    everything = [waiting(f"c{n}", rank=n) for n in range(100)]
    queue.push(everything)

    def meddle(seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - repeatable, not secret
        for _ in range(30):
            for lease in queue.claim(limit=5, holder=str(seed)):
                if draw.random() < 0.8:
                    queue.release(lease.token, holder=str(seed))
            queue.push(draw.sample(everything, 5))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(meddle, range(4)))
    assert depth(queue, "doubtful") + queue.leased() == 100
    assert sorted(one for part in queue.members(7) for one in part) == sorted(
        w.comment_id for w in everything
    )


def test_a_push_repeated_is_a_push_once(queue: Queue) -> None:
    assert queue.push([waiting("a"), waiting("a")]) == 1
    assert queue.push([waiting("a")]) == 0
    assert depth(queue, "doubtful") == 1


def test_a_push_into_another_lane_moves_the_comment(queue: Queue) -> None:
    queue.push([waiting("a")])
    assert queue.push([waiting("a", "reported")]) == 0
    assert (depth(queue, "doubtful"), depth(queue, "reported")) == (0, 1)


def test_a_push_of_a_leased_comment_changes_where_it_returns_to(queue: Queue) -> None:
    queue.push([waiting("a")])
    [lease] = queue.claim(limit=1, holder="mia")
    assert queue.push([waiting("a", "escalated", rank=7, born=8)]) == 0
    assert sum(row.waiting for row in queue.depths()) == 0
    assert queue.extend(lease.token, holder="mia").lane == "escalated"
    queue.release(lease.token, holder="mia")
    assert depth(queue, "escalated") == 1
    assert queue.depths()[3].oldest_at_ms == 8


def test_a_lease_that_ran_out_goes_back_with_its_priority(queue: Queue) -> None:
    queue.push([waiting("a", rank=1), waiting("b", rank=2)])
    queue.claim(limit=1, holder="mia", lease_s=0.02)
    assert until(queue.reap) == 1
    assert queue.reap() == 0
    assert ids(queue.claim(limit=2, holder="ben")) == ["a", "b"]


def test_a_clock_that_was_set_back_keeps_no_comment_leased(queue: Queue, client: redis.Redis) -> None:
    queue.push([waiting("a")])
    [lease] = queue.claim(limit=1, holder="mia")
    assert queue.reap() == 0
    client.zadd(keys.leases("main"), {"a": lease.expires_at_ms + 3600 * 1000})  # as an hour before
    assert ids(queue.claim(limit=1, holder="ben")) == ["a"]


def test_a_lease_that_ran_out_can_be_claimed_without_a_reap(queue: Queue) -> None:
    queue.push([waiting("a")])
    [lost] = queue.claim(limit=1, holder="mia", lease_s=0.02)
    [lease] = until(lambda: queue.claim(limit=1, holder="ben"))
    assert lease.comment_id == "a"
    assert lease.token != lost.token
    with pytest.raises(LeaseLost):
        queue.extend(lost.token, holder="mia")


def test_a_late_beat_keeps_a_lease_nobody_took(queue: Queue, client: redis.Redis) -> None:
    queue.push([waiting("a")])
    [lease] = queue.claim(limit=1, holder="mia")
    let_run_out(client, lease)
    assert queue.extend(lease.token, holder="mia").expires_at_ms >= lease.expires_at_ms
    assert queue.reap() == 0


def test_leases_end_by_the_servers_clock(queue: Queue, client: redis.Redis) -> None:
    queue.push([waiting("a")])
    seconds, microseconds = client.time()
    [lease] = queue.claim(limit=1, holder="mia", lease_s=30)
    assert 30_000 <= lease.expires_at_ms - (seconds * 1000 + microseconds // 1000) < 31_000


@pytest.mark.parametrize(("token", "holder"), [("its own", "ben"), ("wrong", "mia"), ("", "")])
def test_only_the_holder_with_the_token_may_touch_a_lease(queue: Queue, token: str, holder: str) -> None:
    queue.push([waiting("a")])
    [lease] = queue.claim(limit=1, holder="mia")
    token = lease.token if token == "its own" else token
    with pytest.raises(LeaseLost):
        queue.extend(token, holder=holder)
    with pytest.raises(Conflict):
        queue.release(token, holder=holder)
    assert queue.leased() == 1


def test_a_holder_may_be_called_anything(queue: Queue) -> None:
    queue.push([waiting("a")])
    [lease] = queue.claim(limit=1, holder="Mia 'a b'\n\U0001f600")
    assert queue.extend(lease.token, holder="Mia 'a b'\n\U0001f600").comment_id == "a"


def test_a_deferred_comment_waits_behind_the_others(queue: Queue) -> None:
    queue.push([waiting("a", rank=BORN), waiting("b", rank=BORN + 1)])
    [lease] = queue.claim(limit=1, holder="mia")
    queue.defer(lease.token, holder="mia", by_s=60)
    assert ids(queue.claim(limit=2, holder="mia")) == ["b", "a"]


def test_remove_takes_out_what_waits_and_drops_what_is_leased(queue: Queue, client: redis.Redis) -> None:
    queue.push([waiting("a", rank=1), waiting("b", rank=2), waiting("c", rank=3)])
    [lease] = queue.claim(limit=1, holder="mia")
    assert queue.remove(["a", "b", "never seen"]) == 2
    with pytest.raises(LeaseLost):
        queue.release(lease.token, holder="mia")
    assert list(queue.members()) == [["c"]]
    queue.remove(["c"])
    assert client.dbsize() == 0


def test_members_come_in_slices_and_include_the_leased(queue: Queue) -> None:
    queue.push([waiting(f"c{n}") for n in range(1234)])
    queue.claim(limit=50, holder="mia")
    slices = list(queue.members(100))
    assert max(map(len, slices)) <= 100
    assert {one for part in slices for one in part} == {f"c{n}" for n in range(1234)}


def test_depths_name_every_lane_and_its_oldest(queue: Queue) -> None:
    queue.push([waiting("a", "appeal", born=5), waiting("b", "appeal", born=4)])
    rows = {row.lane: (row.waiting, row.oldest_at_ms) for row in queue.depths()}
    assert rows == {lane: (2, 4) if lane == "appeal" else (0, None) for lane in keys.LANES}


def test_an_emptied_redis_has_no_epoch(queue: Queue, client: redis.Redis) -> None:
    queue.set_epoch("one")
    assert queue.epoch() == "one"
    client.flushall()
    assert queue.epoch() is None


def test_scripts_survive_a_flush_of_the_script_cache(queue: Queue, client: redis.Redis) -> None:
    queue.push([waiting("a")])
    client.script_flush()
    assert ids(queue.claim(limit=1, holder="mia")) == ["a"]


def test_the_queues_of_two_sites_do_not_meet(client: redis.Redis) -> None:
    Queue(client, "one").push([waiting("a")])
    assert Queue(client, "two").claim(limit=1, holder="mia") == []


def test_wrong_input_is_refused_before_redis_sees_it(queue: Queue) -> None:
    with pytest.raises(Invalid, match="lane"):
        queue.push([waiting("a", "elsewhere")])
    with pytest.raises(Invalid, match="lane"):
        queue.claim(limit=1, holder="mia", lanes=["elsewhere"])
    with pytest.raises(Invalid, match="order"):
        queue.claim(limit=1, holder="mia", order="random")
    for limit in (0, 51):
        with pytest.raises(Invalid, match="1 to 50"):
            queue.claim(limit=limit, holder="mia")


def test_a_queue_without_redis_says_so() -> None:
    with connect("unix:///nowhere/redis.sock") as client, pytest.raises(Away, match="cannot be reached"):
        Queue(client).leased()


def test_harm_and_reach_move_a_comment_forward_within_bounds() -> None:
    plain = priority(BORN, harm=1, reach=1)
    assert plain == BORN
    assert priority(BORN, harm=0.5, reach=1) > plain > priority(BORN, harm=1, reach=2)
    worst, least = priority(BORN, harm=9, reach=1e9), priority(BORN, harm=-1, reach=float("nan"))
    assert 0 < least - worst < LANE_STEP_MS
