"""What the service remembers for others: keys, events to send, policies, champions, leases, tokens."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils.compat import uuid7

from moderation.domain.errors import Invalid
from moderation.domain.events import KEPT_MS
from moderation.store import audit, comments, decisions, idempotency, outbox, people, policies, registry
from moderation.store.db import Database
from moderation.store.tables import audit_entry, idempotency_key, policy
from moderation.store.tables import outbox as outbox_table
from moderation.store.writer import Transaction
from tests.store.world import SITE, World

KEY = {"owner": "a reader", "route": "post:main:a", "key": "k", "request_hash": "h"}


def earlier(world: World, **other: str) -> str | None:
    return world.run(lambda tx: idempotency.earlier(tx, **{**KEY, **other}))


def remember(world: World, **other: str) -> str:
    subject_id = str(uuid7())
    world.run(lambda tx: idempotency.remember(tx, **{**KEY, **other}, subject_id=subject_id))
    return subject_id


def test_the_same_request_with_the_same_key_finds_what_the_first_one_made(world: World) -> None:
    assert earlier(world) is None
    subject_id = remember(world)
    assert earlier(world) == subject_id


def test_another_request_with_the_same_key_is_invalid_and_told_why(world: World) -> None:
    remember(world)
    with pytest.raises(Invalid) as refusal:
        earlier(world, request_hash="another")
    assert [field.name for field in refusal.value.fields] == ["Idempotency-Key"]


@pytest.mark.parametrize("other", [{"owner": "b"}, {"route": "b"}, {"key": "b"}])
def test_a_key_belongs_to_its_owner_and_route(world: World, other: dict[str, str]) -> None:
    subject_id = remember(world)
    assert earlier(world, **other) is None
    remember(world, **other)
    assert earlier(world) == subject_id


def test_a_key_is_kept_with_what_it_made_or_not_at_all(world: World) -> None:
    def act(tx: Transaction) -> None:
        idempotency.remember(tx, **KEY, subject_id=str(uuid7()))
        raise Invalid("The comment is refused after all.")

    with pytest.raises(Invalid):
        world.run(act)
    assert earlier(world) is None


def test_of_two_who_use_a_new_key_at_once_one_is_refused_by_the_database(world: World) -> None:
    first = remember(world)
    with pytest.raises(SQLAlchemyError):
        remember(world)
    assert earlier(world) == first


def test_keys_are_forgotten_in_slices_after_a_day_and_not_before(world: World) -> None:
    for number in range(5):
        remember(world, key=f"old {number}")
    world.now_ms += idempotency.KEPT_MS
    assert world.run(lambda tx: idempotency.purge(tx, 10)) == 0
    remember(world, key="new")
    world.now_ms += 1
    assert [world.run(lambda tx: idempotency.purge(tx, 2)) for _ in range(4)] == [2, 2, 1, 0]
    assert world.count(idempotency_key) == 1
    assert earlier(world, key="new") is not None


def unsent(world: World, limit: int = 100) -> list[str]:
    with world.database.read() as connection:
        return [row.id for row in outbox.unsent(connection, limit)]


def backlog(world: World) -> int:
    with world.database.read() as connection:
        unsent, _ = outbox.backlog(connection)
    return unsent


def test_what_was_not_sent_is_read_oldest_first_until_it_is_marked(world: World) -> None:
    for _ in range(5):
        world.add()
    every = unsent(world)
    assert (len(every), backlog(world)) == (5, 5)
    assert every == sorted(every)
    assert unsent(world, 2) == every[:2]
    world.run(lambda tx: outbox.mark_sent(tx, every[:2]))
    assert unsent(world) == every[2:]
    assert backlog(world) == 3


def test_a_page_that_was_away_reads_the_changes_it_missed_in_order(world: World) -> None:
    ids = [world.add() for _ in range(4)]
    world.add("pending")  # nobody's business
    with world.database.read() as connection:
        missed = outbox.changes_after(connection, world.article_id, 1, 100)
        assert [(row.version, row.comment_id, row.comment_count) for row in missed] == [
            (2, ids[1], 2),
            (3, ids[2], 3),
            (4, ids[3], 4),
        ]
        assert len(outbox.changes_after(connection, world.article_id, 0, 2)) == 2
        assert outbox.changes_after(connection, world.article_id, 4, 100) == []


def test_only_what_was_sent_and_is_old_is_purged(world: World) -> None:
    for _ in range(4):
        world.add()
    every = unsent(world)
    world.run(lambda tx: outbox.mark_sent(tx, every[:3]))
    world.now_ms += KEPT_MS
    world.add()
    world.run(lambda tx: outbox.mark_sent(tx, unsent(world)[-1:]))
    before_ms = world.now_ms - KEPT_MS + 1
    purged = [world.run(lambda tx: outbox.purge(tx, before_ms, 2)) for _ in range(3)]
    assert purged == [2, 1, 0]
    with world.database.read() as connection:
        left = [row.id for row in connection.execute(select(outbox_table).order_by(outbox_table.c.id))]
    assert left[0] == every[3]  # old, and still to be told
    assert len(left) == 2


def test_events_carry_ids_and_counts_and_no_text(world: World) -> None:
    world.add(body="what somebody typed", author_name="somebody")
    with world.database.read() as connection:
        (row,) = connection.execute(select(outbox_table))
    assert "somebody" not in repr(row)


def in_force(world: World) -> dict[str, tuple[int, Any]]:
    with world.database.read() as connection:
        return {row.site_id: (row.number, row.rules) for row in policies.in_force(connection)}


def test_the_newest_version_of_each_sites_policy_is_in_force_and_the_old_ones_stay(world: World) -> None:
    world.run(lambda tx: policies.add_site(tx, "second", "Second"))
    assert in_force(world) == {}
    for number in range(3):
        world.run(lambda tx, n=number: policies.add(tx, site_id=SITE, rules={"links_queue": n}, made_by="x"))
    world.run(lambda tx: policies.add(tx, site_id="second", rules={"banned": ["ä*"]}, made_by="x"))
    assert in_force(world) == {SITE: (3, {"links_queue": 2}), "second": (1, {"banned": ["ä*"]})}
    assert world.count(policy) == 4


def test_sites_are_known_by_name(world: World) -> None:
    with world.database.read() as connection:
        assert policies.has_site(connection, SITE)
        assert not policies.has_site(connection, "another")
        assert policies.site_ids(connection) == [SITE]


def test_the_last_promotion_leads_and_a_rollback_is_one_more(world: World) -> None:
    for name in ("a", "b"):
        world.run(lambda tx, n=name: registry.add_model(tx, model_id=n, folder=f"/models/{n}"))
    for name in ("a", "b", "a"):
        world.run(lambda tx, n=name: registry.promote(tx, n, "ada"))
    with world.database.read() as connection:
        promoted = registry.promotions(connection, 10)
        assert [(row.model_id, row.folder) for row in promoted] == [
            ("a", "/models/a"),
            ("b", "/models/b"),
            ("a", "/models/a"),
        ]
        assert len(registry.promotions(connection, 1)) == 1
        assert [row.id for row in registry.models(connection)] == ["a", "b"]


def test_a_model_that_is_registered_again_moves_to_its_new_folder(world: World) -> None:
    for folder in ("/old", "/new"):
        world.run(lambda tx, f=folder: registry.add_model(tx, model_id="a", folder=f))
    with world.database.read() as connection:
        found = registry.get_model(connection, "a")
        assert registry.get_model(connection, "b") is None
    assert found is not None
    assert found.folder == "/new"


def test_a_model_that_nobody_registered_is_not_promoted(world: World) -> None:
    with pytest.raises(SQLAlchemyError):
        world.run(lambda tx: registry.promote(tx, "unknown", "ada"))


def take(world: World, holder: str, job: str = "relay") -> bool:
    return world.run(lambda tx: registry.take_lease(tx, job, holder, 5000))


def test_one_of_two_holds_a_job_and_the_other_takes_it_over_when_it_ran_out(world: World) -> None:
    assert take(world, "first")
    assert not take(world, "second")
    assert take(world, "second", job="another")
    world.now_ms += 4999
    assert not take(world, "second")
    world.now_ms += 1
    assert take(world, "second")
    assert not take(world, "first")


def test_a_holder_that_comes_in_time_keeps_its_job(world: World) -> None:
    assert take(world, "first")
    for _ in range(3):
        world.now_ms += 4000
        assert take(world, "first")
        assert not take(world, "second")


def test_a_clock_that_was_set_back_keeps_no_job_from_the_others(world: World) -> None:
    assert take(world, "first")
    world.now_ms -= 5000
    assert not take(world, "second")
    world.now_ms -= 3_600_000
    assert take(world, "second")
    assert not take(world, "first")


def test_of_two_processes_that_reach_for_a_job_at_once_one_gets_it(postgres: Database) -> None:
    with World(postgres) as world:
        other = world.new_writer()
        other.start()
        for number in range(20):
            reach = [
                writer.submit(
                    lambda tx, name=f"job {number}", holder=holder: registry.take_lease(tx, name, holder, 9)
                )
                for holder, writer in (("first", world.writer), ("second", other))
            ]
            assert sorted(answer.result(10) for answer in reach) == [False, True]
        other.stop()


def test_a_token_is_found_by_its_hash_until_it_is_over_or_ended(world: World) -> None:
    def make(name: str, expires_at_ms: int | None) -> str:
        return world.run(
            lambda tx: people.add_token(
                tx, token_hash=f"#{name}", use="api", role="scorer", name=name, expires_at_ms=expires_at_ms
            )
        )

    def found(name: str, use: str = "api") -> bool:
        with world.database.read() as connection:
            return people.find_token(connection, f"#{name}", use, world.now_ms) is not None

    lasting = make("lasting", None)
    make("passing", world.now_ms + 1)
    assert found("lasting")
    assert found("passing")
    assert not found("lasting", use="sign_in")
    assert not found("unknown")
    world.now_ms += 1
    assert not found("passing")
    assert world.run(lambda tx: people.end_token(tx, lasting))
    assert not world.run(lambda tx: people.end_token(tx, lasting))  # a link works once
    assert not found("lasting")


def test_a_one_time_link_that_many_use_at_once_opens_once(world: World) -> None:
    token_id = world.run(
        lambda tx: people.add_token(tx, token_hash="#", use="sign_in", role="admin", name="link")
    )
    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(lambda _: world.run(lambda tx: people.end_token(tx, token_id)), range(8)))
    assert opened.count(True) == 1


def test_a_new_password_ends_every_session_of_its_account_and_no_other(world: World) -> None:
    def sign_in(name: str) -> str:
        account_id = world.run(
            lambda tx: people.add_account(tx, name=name, role="moderator", password_hash="old")
        )
        world.run(
            lambda tx: people.add_session(
                tx, token_hash=f"#{name}", account_id=account_id, csrf="c", expires_at_ms=world.now_ms + 10
            )
        )
        return account_id

    def sessions() -> list[str]:
        with world.database.read() as connection:
            found = [people.find_session(connection, f"#{name}", world.now_ms) for name in ("ada", "bob")]
        return [row.name for row in found if row]

    ada, _ = sign_in("ada"), sign_in("bob")
    assert sessions() == ["ada", "bob"]
    world.run(lambda tx: people.set_password(tx, ada, "new"))
    assert sessions() == ["bob"]
    world.now_ms += 10
    assert sessions() == []


def test_an_authors_standing_is_counted_and_not_stored(world: World) -> None:
    assert standing(world) == {}
    first = world.add()
    world.add("rejected")
    world.add("rejected")
    assert standing(world) == {"approved": 1, "rejected": 2}
    world.move(first, "withdrawn")
    assert standing(world) == {"withdrawn": 1, "rejected": 2}


def standing(world: World) -> dict[str, int]:
    with world.database.read() as connection:
        return people.standing(connection, world.author_id)


def test_scores_belong_to_a_revision_and_its_model(world: World) -> None:
    comment_id = world.add()

    def scored(revision: int, model_id: str) -> Callable[[Transaction], None]:
        return lambda tx: decisions.add_score(
            tx,
            comment_id=comment_id,
            revision=revision,
            model_id=model_id,
            scores={"toxicity": 0.1 * revision},
            name_scores={},
        )

    world.run(scored(1, "a"))
    world.move(comment_id, "approved", revision=2)
    with world.database.read() as connection:
        assert decisions.scores(connection, [comment_id]) == {}
    world.run(scored(2, "a"))
    world.now_ms += 1
    world.run(scored(2, "b"))
    with world.database.read() as connection:
        newest = decisions.scores(connection, [comment_id])[comment_id]
    assert (newest.model_id, newest.scores) == ("b", {"toxicity": 0.2})
    with pytest.raises(SQLAlchemyError):
        world.run(scored(2, "b"))


def test_the_audit_log_keeps_facts_in_the_transaction_of_the_act(world: World) -> None:
    def act(tx: Transaction) -> None:
        audit.add(tx, actor_id="ada", act="comment.approve", subject_id="c", facts={"version": 2})
        raise Invalid("After all not.")

    with pytest.raises(Invalid):
        world.run(act)
    assert world.count(audit_entry) == 0
    world.run(lambda tx: audit.add(tx, actor_id="ada", act="a", subject_id="c", facts={"version": 2}))
    with world.database.read() as connection:
        (entry,) = connection.execute(select(audit_entry))
    assert (entry.facts, entry.at_ms) == ({"version": 2}, world.now_ms)


def test_addresses_are_forgotten_in_slices_once_they_are_old(world: World) -> None:
    old = [world.add(address_block=f"192.0.2.{number}") for number in range(5)]
    bare = world.add(address_block=None)
    world.now_ms += 1000
    young = world.add(address_block="192.0.2.9")
    forgotten = [world.run(lambda tx: comments.forget_addresses(tx, world.now_ms, limit=3)) for _ in range(3)]
    assert forgotten == [3, 2, 0]
    assert {world.comment(each).address_block for each in [*old, bare]} == {None}
    assert world.comment(young).address_block == "192.0.2.9"
