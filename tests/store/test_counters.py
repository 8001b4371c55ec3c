"""Counters change with what they count, and of two who move the same comment one writes nothing."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from moderation.domain.errors import Conflict
from moderation.domain.states import Status
from moderation.store import articles, comments, decisions
from moderation.store.db import Database
from moderation.store.tables import article, comment, decision, outbox, revision
from moderation.store.writer import Transaction
from tests.conditions import until
from tests.store.world import SITE, World, held, load, write

STATUSES: tuple[Status, ...] = ("approved", "pending", "rejected")
ROUNDS, STEPS = 20, 25


class Walk:
    """Moves at random among a few comments of one article, replies of replies included."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
        self.ids: list[str] = []

    def step(self, transaction: Transaction) -> None:
        moves: list[Callable[[Transaction], None]] = [self._add, self._decide, self._edit, self._withdraw]
        self.chance.choices(moves, weights=[4, 6, 2, 1])[0](transaction)

    def _add(self, transaction: Transaction) -> None:
        parent_id = self.chance.choice([None, *self.ids[-12:]])
        row = self.world.row(self.chance.choice(STATUSES), parent_id=parent_id)
        write(transaction, row)
        self.ids.append(row["id"])

    def _decide(self, transaction: Transaction) -> None:
        if row := self._any(transaction):
            comments.move(transaction, row, self.chance.choice(STATUSES), {"queued_at_ms": None})

    def _edit(self, transaction: Transaction) -> None:
        if row := self._any(transaction):
            changes = {"body": "Edited.", "revision": row.revision + 1}
            comments.add_revisions(transaction, [row._asdict() | changes])
            comments.move(transaction, row, self.chance.choice(STATUSES), changes)

    def _withdraw(self, transaction: Transaction) -> None:
        if row := self._any(transaction):
            comments.move(transaction, row, "withdrawn", {})

    def _any(self, transaction: Transaction) -> Any:
        if not self.ids:
            return None
        row = load(transaction, self.chance.choice(self.ids))
        return None if row.status == "withdrawn" else row  # withdrawn is final


@pytest.mark.parametrize("seed", [1, 2])
def test_no_walk_of_moves_makes_a_counter_drift(world: World, seed: int) -> None:
    walk = Walk(world, seed)
    for _ in range(ROUNDS):
        world.run(lambda tx: [walk.step(tx) for _ in range(STEPS)])
        world.check_counters()
    withdrawn = world.count(comment, comment.c.status == "withdrawn", comment.c.is_listed.is_(True))
    assert withdrawn > 0  # the walk has been where it is interesting


def test_a_walk_that_is_interrupted_now_and_then_leaves_no_trace_of_what_was_undone(world: World) -> None:
    walk = Walk(world, 3)

    def steps(tx: Transaction) -> None:
        for _ in range(STEPS):
            walk.step(tx)

    def interrupted(tx: Transaction) -> None:
        steps(tx)
        raise Conflict("Never mind.")

    for _ in range(5):
        world.run(steps)
        known = list(walk.ids)
        with pytest.raises(Conflict):
            world.run(interrupted)
        walk.ids = known
        world.check_counters()


@pytest.mark.parametrize("before", ["approved", "pending", "rejected"])
@pytest.mark.parametrize("after", ["approved", "pending", "rejected", "withdrawn"])
def test_every_move_counts_once_and_tells_what_it_did(world: World, before: Status, after: Status) -> None:
    comment_id = world.add(before)
    was_public, is_public = before == "approved", after == "approved"
    before_version = int(was_public)
    world.told.clear()
    version = world.move(comment_id, after)
    kinds = [event.kind for event in world.told]
    public = {(True, False): ["comment.removed"], (False, True): ["comment.published"]}
    work = ["queue.push"] if after == "pending" else ["queue.remove"] if before == "pending" else []
    assert kinds == public.get((was_public, is_public), []) + work
    assert version == before_version + (was_public != is_public)
    assert world.comment(comment_id).version == 2
    world.check_counters()


def test_the_counts_of_many_articles_are_asked_for_at_once(world: World) -> None:
    keys = ["a", 'with "quotes", commas', "{braces}", "\u00fcber/\U0001f600", "unknown"]
    for number, key in enumerate(keys[:-1]):
        own = world.run(lambda tx, key=key: articles.ensure(tx, SITE, key).id)
        world.add_many([world.row(article_id=own) for _ in range(number)])
    with world.database.read() as connection:
        found = articles.counts(connection, SITE, keys)
        assert articles.counts(connection, "another", keys) == dict.fromkeys(keys, 0)
    assert found == dict(zip(keys, [0, 1, 2, 3, 0], strict=True))


def test_an_edit_of_a_public_comment_is_told_without_counting(world: World) -> None:
    comment_id = world.add()
    world.told.clear()
    assert world.move(comment_id, "approved", body="Edited.", revision=2) == 2
    assert [(event.kind, event.version, event.comment_count) for event in world.told] == [
        ("comment.edited", 2, 1)
    ]


def test_a_confirmed_comment_changes_nothing_on_the_page(world: World) -> None:
    comment_id = world.add()
    world.told.clear()
    assert world.move(comment_id, "approved") == 1
    assert world.told == []
    assert world.comment(comment_id).version == 2


def test_a_withdrawn_comment_stays_as_long_as_it_holds_up_a_reply(world: World) -> None:
    parent = world.add()
    reply = world.add(parent_id=parent)
    world.move(parent, "withdrawn")
    assert world.comment(parent).is_listed is True
    world.move(reply, "rejected")
    assert world.comment(parent).is_listed is False
    world.move(reply, "approved")
    assert world.comment(parent).is_listed is True
    world.check_counters()


def test_a_change_of_the_article_ends_its_cached_pages(world: World) -> None:
    world.add()
    world.told.clear()
    changed = world.run(lambda tx: articles.put(tx, "main", "an-article", {"title": "New"}))
    assert (changed.title, changed.version) == ("New", 2)
    assert [(event.kind, event.version) for event in world.told] == [("counts", 2)]
    world.check_counters()


def test_of_two_who_saw_the_same_version_one_decides_and_nothing_of_the_other_remains(world: World) -> None:
    comment_id = world.add("pending")
    seen = world.comment(comment_id)
    world.told.clear()

    def decide(after: Status) -> Callable[[Transaction], str]:
        def act(tx: Transaction) -> str:
            comments.move(tx, seen, after, {"lane": after})
            return decisions.add(
                tx,
                {
                    "comment_id": comment_id,
                    "revision": 1,
                    "version": seen.version + 1,
                    "actor": "moderator",
                    "actor_name": after,
                    "action": after,
                    "status_after": after,
                    "reasons": [],
                },
            )

        return act

    with held(world.writer):
        first = world.writer.submit(decide("approved"), key="a")
        second = world.writer.submit(decide("rejected"), key="b")
    first.result(10)
    with pytest.raises(Conflict):
        second.result(10)
    now = world.comment(comment_id)
    assert (now.status, now.lane, now.version) == ("approved", "approved", 2)
    assert world.count(decision) == 1
    assert [event.kind for event in world.told] == ["comment.published", "queue.remove"]
    world.check_counters()


def test_a_late_rejection_of_a_public_comment_counts_nothing_down(world: World) -> None:
    comment_id = world.add()
    seen = world.comment(comment_id)
    world.move(comment_id, "approved")
    with pytest.raises(Conflict):
        world.run(lambda tx: comments.move(tx, seen, "rejected", {}))
    assert world.comment(comment_id).article_comment_count == 1
    world.check_counters()


def test_a_decision_can_not_be_written_twice_for_one_version(world: World) -> None:
    comment_id = world.add()
    row = {
        "comment_id": comment_id,
        "revision": 1,
        "version": 1,
        "actor": "policy",
        "actor_name": "policy",
        "action": "approve",
        "status_after": "approved",
        "reasons": [],
    }
    world.run(lambda tx: decisions.add(tx, row))
    with pytest.raises(Exception, match=r"(?i)unique"):
        world.run(lambda tx: decisions.add(tx, row))
    assert world.count(decision) == 1


def test_every_revision_is_kept_as_it_was_submitted(world: World) -> None:
    comment_id = world.add(body="first")

    def edit(tx: Transaction) -> None:
        row = load(tx, comment_id)
        changes = {"body": "second", "revision": 2}
        comments.add_revisions(tx, [row._asdict() | changes])
        comments.move(tx, row, "approved", changes)

    world.run(edit)
    with world.database.read() as connection:
        kept = connection.execute(
            select(revision.c.number, revision.c.body).order_by(revision.c.number)
        ).all()
    assert [tuple(row) for row in kept] == [(1, "first"), (2, "second")]
    assert world.comment(comment_id).body == "second"


# Several processes may write to PostgreSQL.


def test_a_reply_that_another_process_publishes_meanwhile_keeps_its_withdrawn_parent(
    postgres: Database,
) -> None:
    with World(postgres) as world:
        parent = world.add()
        reply = world.add("pending", parent_id=parent)
        is_loaded, is_published = threading.Event(), threading.Event()

        def withdraw(tx: Transaction) -> None:
            before = load(tx, parent)
            is_loaded.set()
            assert is_published.wait(10)
            comments.move(tx, before, "withdrawn", {})

        other = world.new_writer()
        other.start()
        withdrawing = other.submit(withdraw)
        assert is_loaded.wait(10)
        world.move(reply, "approved")
        is_published.set()
        withdrawing.result(10)
        other.stop()
        world.check_counters()


def test_a_refusal_and_a_publication_in_one_group_do_not_lock_another_process_out(postgres: Database) -> None:
    """Who moves a comment takes its article's row first, also if the page does not change: else
    the first process holds the comment and wants the article, the other one the other way round.
    """
    with World(postgres) as world:
        contested, another = world.add("pending"), world.add("pending")
        is_refused = threading.Event()

        def is_somebody_waiting() -> bool:
            with postgres.read() as connection:
                return bool(connection.exec_driver_sql("SELECT 1 FROM pg_locks WHERE NOT granted").first())

        def refuse(tx: Transaction) -> None:
            comments.move(tx, load(tx, contested), "rejected", {})
            is_refused.set()
            until(is_somebody_waiting)

        def publish(comment_id: str) -> Callable[[Transaction], int]:
            return lambda tx: comments.move(tx, load(tx, comment_id), "approved", {})

        other = world.new_writer()
        other.start()
        with held(world.writer):
            refusing, publishing = world.writer.submit(refuse), world.writer.submit(publish(another))
        assert is_refused.wait(10)
        late = other.submit(publish(contested))
        refusing.result(10)
        publishing.result(10)
        with pytest.raises(Conflict):
            late.result(10)
        other.stop()
        world.check_counters()


def test_walks_of_two_processes_over_one_article_keep_its_counters(postgres: Database) -> None:
    with World(postgres) as world:
        roots = [world.add() for _ in range(3)]
        other = world.new_writer()
        other.start()
        walks = [Walk(world, 4), Walk(world, 5)]
        for walk in walks:
            walk.ids = list(roots)
        answers = [
            writer.submit(walk.step, key="an-article")
            for _ in range(60)
            for writer, walk in zip((world.writer, other), walks, strict=True)
        ]
        failures = [type(answer.exception(60)) for answer in answers]
        other.stop()
        assert set(failures) <= {type(None), Conflict}
        assert failures.count(type(None)) > 80
        with postgres.read() as connection:
            owner = connection.execute(select(article)).one()
            public = connection.execute(
                select(outbox.c.version).where(outbox.c.version.is_not(None)).order_by(outbox.c.version)
            )
            versions = [row.version for row in public]
            approved = connection.execute(select(comment.c.parent_id).where(comment.c.status == "approved"))
            parents = [row.parent_id for row in approved]
            rows = connection.execute(select(comment)).all()
        assert versions == list(range(1, owner.version + 1))
        assert owner.comment_count == len(parents)
        assert {row.id: row.reply_count for row in rows} == {row.id: parents.count(row.id) for row in rows}
