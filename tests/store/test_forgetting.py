"""Refused texts are found by when they were refused, on both databases, and emptied in slices."""

from sqlalchemy import select

from moderation.domain.states import Status
from moderation.store import decisions, forgetting
from moderation.store.tables import revision
from tests.store.world import World


def judged(world: World, status: Status, **values: object) -> str:
    """Write a comment with the decision that made it what it is."""
    comment_id = world.add(status, **values)
    made = {"comment_id": comment_id, "revision": 1, "version": 1, "actor": "policy", "actor_name": "policy"}
    made |= {"action": "reject", "status_after": status, "reasons": []}
    world.run(lambda tx: decisions.add(tx, made))
    return comment_id


def forgotten(world: World, limit: int = 10) -> int:
    return world.run(lambda tx: forgetting.refused_texts(tx, world.now_ms, limit))


def test_only_texts_refused_before_the_time_are_emptied_slice_by_slice(world: World) -> None:
    created_ms = world.now_ms
    old = [judged(world, "rejected") for _ in range(5)]
    others = [judged(world, status) for status in ("approved", "pending", "withdrawn")]
    world.now_ms += 1000
    late = judged(world, "rejected", created_at_ms=created_ms)  # written then, refused only now
    assert [forgotten(world, 3) for _ in range(3)] == [3, 2, 0]
    for comment_id in old:
        found = world.comment(comment_id)
        assert (found.body, found.body_html, found.words_hash) == ("", "", "")
    assert all(world.comment(comment_id).body for comment_id in [*others, late])
    with world.database.read() as connection:
        kept = select(revision.c.comment_id).where(revision.c.body != "")
        assert set(connection.execute(kept).scalars()) == {*others, late}
    world.now_ms += 1
    assert forgotten(world) == 1
    world.check_counters()
