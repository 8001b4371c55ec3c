"""The group-commit writer: durable before answered, alone in failure, and nobody left waiting."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from uuid_utils.compat import uuid7

from moderation.domain.errors import Away, Conflict, Refused
from moderation.domain.events import Event
from moderation.store import articles, comments, db, policies
from moderation.store.db import Database
from moderation.store.tables import comment, outbox, revision, site
from moderation.store.writer import GROUP, Transaction, Writer
from tests.conditions import until
from tests.store.world import SITE, World, held, write


def orphan(transaction: Transaction) -> None:
    """Write a revision of no comment, and have the database look only when it commits."""
    connection = transaction.connection
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    else:
        name = "revision_comment_id_fkey"
        connection.exec_driver_sql(
            f"ALTER TABLE revision ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED"
        )
    row = {"comment_id": str(uuid7()), "number": 1, "body": "", "author_name": "", "created_at_ms": 0}
    connection.execute(insert(revision), row)


def add_site(name: str) -> Any:
    return lambda transaction: policies.add_site(transaction, name, name)


def test_every_answered_comment_of_many_threads_is_there_for_everybody(world: World) -> None:
    def post(_: int) -> list[str]:
        return [world.add() for _ in range(25)]

    with ThreadPoolExecutor(8) as threads:
        posted = [comment_id for ids in threads.map(post, range(8)) for comment_id in ids]
    with world.database.read() as connection:
        assert comments.get_many(connection, posted).keys() == set(posted)
    assert world.count(comment) == 200
    world.check_counters()


def test_nobody_is_answered_before_the_commit_that_everybody_can_see(world: World) -> None:
    seen: list[tuple[bool, int]] = []

    def committed(_: Sequence[Event]) -> None:
        seen.append((any(answer.done() for answer in answers), world.count(comment)))

    writer = world.new_writer(committed=committed)
    writer.start()
    answers: list[Future[int]] = []
    with held(writer):
        for _ in range(5):
            row = world.row()
            answers.append(writer.submit(lambda tx, row=row: write(tx, row)))
    for answer in answers:
        answer.result(10)
    writer.stop()
    assert seen == [(False, 5)]


def test_what_waits_is_committed_in_groups(world: World) -> None:
    commits: list[object] = []
    note = commits.append
    event.listen(world.database.writing, "commit", note)
    with held(world.writer):
        rows = [world.row("rejected") for _ in range(2 * GROUP)]
        answers = [world.writer.submit(lambda tx, row=row: write(tx, row)) for row in rows]
    for answer in answers:
        answer.result(10)
    event.remove(world.database.writing, "commit", note)
    assert world.count(comment) == 2 * GROUP
    assert len(commits) == 1 + 2  # the gate's own, and two full groups


def test_an_act_that_raises_is_rolled_back_alone(world: World) -> None:
    def fail(transaction: Transaction) -> None:
        write(transaction, world.row())
        raise Conflict("Not this one.")

    with held(world.writer):
        before = world.writer.submit(add_site("before"))
        failing = world.writer.submit(fail)
        after = world.writer.submit(add_site("after"))
    before.result(10)
    after.result(10)
    with pytest.raises(Conflict, match="Not this one"):
        failing.result(10)
    assert world.count(site) == 3
    assert world.count(comment) == 0
    assert world.count(outbox) == 0


def test_an_act_that_the_database_refuses_is_rolled_back_alone(world: World) -> None:
    with held(world.writer):
        before = world.writer.submit(add_site("before"))
        twice = world.writer.submit(add_site(SITE))
        after = world.writer.submit(add_site("after"))
    before.result(10)
    after.result(10)
    with pytest.raises(IntegrityError):
        twice.result(10)
    assert world.count(site) == 3


def test_a_statement_that_the_database_does_not_understand_answers_that_nothing_was_written(
    world: World,
) -> None:
    with pytest.raises(Away, match="nothing was written"):
        world.run(lambda tx: tx.connection.exec_driver_sql("SELECT * FROM nowhere").all())
    assert world.add()


def test_a_failed_commit_answers_nobody_with_success(world: World) -> None:
    world.told.clear()
    with held(world.writer) as gate:
        good = [world.writer.submit(add_site(f"site {number}")) for number in range(3)]
        good.append(world.writer.submit(lambda tx: write(tx, world.row())))
        bad = world.writer.submit(orphan)
    gate.answer.result(10)
    for answer in (*good, bad):
        with pytest.raises((Refused, IntegrityError)):
            answer.result(10)
    assert (world.count(site), world.count(comment), world.count(revision)) == (1, 0, 0)
    assert world.told == []
    world.add()  # and the writer works on
    world.check_counters()


def test_a_full_queue_says_so_at_once_and_keeps_what_it_has(world: World) -> None:
    writer = world.new_writer(capacity=2)
    writer.start()
    with held(writer):
        kept = [writer.submit(add_site("one")), writer.submit(add_site("two"))]
        with pytest.raises(Away) as refusal:
            writer.submit(add_site("three"))
        assert refusal.value.retry_after_s >= 1
        assert writer.depth() == 2
    for answer in kept:
        answer.result(10)
    writer.stop()
    assert world.count(site) == 3


def test_stopping_finishes_what_was_accepted_and_takes_nothing_more(world: World) -> None:
    writer = world.new_writer()
    writer.start()
    stopping = threading.Thread(target=writer.stop)
    with held(writer):
        accepted = [writer.submit(add_site(f"site {number}")) for number in range(50)]
        stopping.start()
        until(lambda: writer.depth() == 51)
        with pytest.raises(Away):
            writer.submit(add_site("too late"))
    stopping.join(10)
    assert all(answer.done() and answer.exception() is None for answer in accepted)
    assert world.count(site) == 51
    writer.stop()  # twice is once


def test_whatever_is_accepted_while_the_writer_stops_is_answered(sqlite: Database) -> None:
    """A submission that passes the door just before it is closed must not wait for ever."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # makes the race between the two lines likely
    try:
        for _ in range(25):
            writer = Writer(sqlite.writing, clock_ms=lambda: 0)
            writer.start()
            with ThreadPoolExecutor(4) as threads:
                posting = [threads.submit(_post_until_away, writer) for _ in range(4)]
                until(lambda writer=writer: writer.depth() > 5, every_s=0.0001)
                writer.stop()
                accepted = [answer for posted in posting for answer in posted.result(10)]
            assert all(answer.done() for answer in accepted)
    finally:
        sys.setswitchinterval(interval)


def _post_until_away(writer: Writer) -> list[Future[None]]:
    answers: list[Future[None]] = []
    with suppress(Away):
        while len(answers) < 400:  # four of us stay below the queue's capacity: Away means the end
            answers.append(writer.submit(lambda _: None))
    return answers


def test_a_reader_who_hung_up_is_skipped(world: World) -> None:
    with held(world.writer):
        gone = world.writer.submit(add_site("gone"))
        stays = world.writer.submit(add_site("stays"))
        assert gone.cancel()
    stays.result(10)
    with pytest.raises(CancelledError):
        gone.result(10)
    assert world.count(site, site.c.id == "gone") == 0


def test_a_group_of_which_everybody_hung_up_stops_nothing(world: World) -> None:
    with held(world.writer):
        gone = [world.writer.submit(add_site(f"gone {number}")) for number in range(3)]
        assert all(answer.cancel() for answer in gone)
    world.run(add_site("stays"))
    assert world.count(site) == 2


def test_events_are_told_after_the_commit_and_only_those_that_happened(world: World) -> None:
    heard: list[tuple[str | None, bool]] = []

    def committed(events: Sequence[Event]) -> None:
        heard.extend((each.comment_id, world.count(outbox) > 0) for each in events)

    def fail(transaction: Transaction) -> None:
        write(transaction, world.row())
        raise Conflict("Not this one.")

    writer = world.new_writer(committed=committed)
    writer.start()
    kept = world.row()
    with held(writer):
        answers = [writer.submit(fail), writer.submit(lambda tx: write(tx, kept)), writer.submit(fail)]
    assert answers[1].result(10) == 1
    writer.stop()
    assert heard == [(kept["id"], True)]
    assert world.count(outbox) == 1


def test_an_act_that_tells_nothing_wakes_nobody(world: World) -> None:
    world.told.clear()
    world.add("rejected")
    assert world.told == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_listener_that_fails_keeps_nobody_from_hearing_that_the_commit_is_done(world: World) -> None:
    """What is durable is acknowledged: a listener is told, it is not asked."""

    def committed(_: Sequence[Event]) -> None:
        raise RuntimeError("Event loop is closed")

    writer = world.new_writer(committed=committed)
    writer.start()
    answers = [writer.submit(lambda tx: write(tx, world.row())) for _ in range(2)]
    until(lambda: all(answer.done() for answer in answers), within_s=2)
    writer.stop()


def test_what_waited_too_long_behind_a_database_that_hangs_is_refused_untried(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("moderation.store.writer.PATIENCE_S", 0.05)
        with held(world.writer):
            late = world.writer.submit(add_site("late"))
            overdue_at = time.monotonic() + 0.1
            until(lambda: time.monotonic() > overdue_at)
        with pytest.raises(Away, match="held up"):
            late.result(10)
    world.run(add_site("fresh"))
    assert world.count(site, site.c.id == "late") == 0


def test_acts_of_one_group_are_written_in_the_order_of_their_keys(world: World) -> None:
    order: list[str] = []
    with held(world.writer):
        keys = ["b", "a", "c", "a", "b"]
        answers = [
            world.writer.submit(lambda _, each=f"{key}{number}": order.append(each), key=key)
            for number, key in enumerate(keys)
        ]
    for answer in answers:
        answer.result(10)
    assert order == ["a1", "a3", "b0", "b4", "c2"]


def together(writer: Writer, items: Sequence[tuple[str, str]], act: Any) -> list[Any]:
    """Hand over items (text, key) for one act while the writer is held; return results and errors."""

    async def write() -> list[Any]:
        with held(writer):
            writes = [asyncio.ensure_future(writer.write(act, item, key=key)) for item, key in items]
            await asyncio.wait(writes, timeout=0)  # they are handed over, and wait
        return list(await asyncio.gather(*writes, return_exceptions=True))

    return asyncio.run(write())


def test_neighbours_with_the_same_act_are_written_by_one_call(world: World) -> None:
    calls: list[list[str]] = []

    def act(transaction: Transaction, names: Sequence[str]) -> list[str | Refused]:
        calls.append(list(names))
        for name in names:
            add_site(name)(transaction)
        return [name.upper() for name in names]

    assert together(world.writer, [("b", "2"), ("c", "3"), ("a", "1")], act) == ["B", "C", "A"]
    assert calls == [["a", "b", "c"]]
    assert world.count(site) == 4


def test_of_neighbours_of_which_one_raises_each_is_written_alone(world: World) -> None:
    calls: list[list[str]] = []

    def act(transaction: Transaction, names: Sequence[str]) -> list[str | Refused]:
        calls.append(list(names))
        for name in names:
            add_site(name)(transaction)
        if "bad" in names:
            raise Conflict("Not this one.")
        return list(names)

    good, bad, fine = together(world.writer, [("good", "1"), ("bad", "2"), ("fine", "3")], act)
    assert (good, fine) == ("good", "fine")
    assert isinstance(bad, Conflict)
    assert calls == [["good", "bad", "fine"], ["good"], ["bad"], ["fine"]]
    assert world.count(site, site.c.id == "bad") == 0


def test_a_refusal_among_the_answers_is_its_own_readers_alone(world: World) -> None:
    def act(_: Transaction, names: Sequence[str]) -> list[str | Refused]:
        return [Conflict("Closed.") if name == "closed" else name for name in names]

    open_, closed = together(world.writer, [("open", "1"), ("closed", "2")], act)
    assert open_ == "open"
    assert isinstance(closed, Conflict)


def test_a_reader_on_the_event_loop_who_hung_up_is_skipped(world: World) -> None:
    async def write() -> None:
        def act(transaction: Transaction, names: Sequence[str]) -> list[str | Refused]:
            for name in names:
                add_site(name)(transaction)
            return list(names)

        with held(world.writer):
            gone, stays = (asyncio.ensure_future(world.writer.write(act, each)) for each in ("gone", "stays"))
            await asyncio.wait([gone, stays], timeout=0)
            gone.cancel()
            await asyncio.wait([gone])
        assert await stays == "stays"

    asyncio.run(write())
    assert world.count(site, site.c.id == "gone") == 0


def test_two_writers_on_one_postgres_never_lose_a_count(postgres: Database) -> None:
    with World(postgres) as world:
        other = world.new_writer()
        other.start()
        rows = [world.row() for _ in range(200)]
        answers = [
            (world.writer if number % 2 else other).submit(lambda tx, row=row: write(tx, row), key="a")
            for number, row in enumerate(rows)
        ]
        versions = sorted(answer.result(20) for answer in answers)
        other.stop()
        assert versions == list(range(1, 201))
        with postgres.read() as connection:
            changes = connection.execute(outbox.select().order_by(outbox.c.version)).all()
        assert [change.version for change in changes] == [change.comment_count for change in changes]


def test_a_lost_connection_fails_its_group_and_the_next_one_is_written(postgres: Database) -> None:
    with World(postgres) as world:
        with held(world.writer) as gate:
            fine = world.writer.submit(add_site("fine"))
            cut = world.writer.submit(
                lambda tx: tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
            )
        gate.answer.result(10)
        for answer in (fine, cut):
            with pytest.raises(Away):
                answer.result(10)
        world.run(add_site("after"))
        assert world.count(site) == 2


def test_two_processes_in_a_deadlock_both_get_through(postgres: Database) -> None:
    with World(postgres) as world:
        other = world.new_writer()
        other.start()
        first = world.article_id
        second = world.run(lambda tx: articles.ensure(tx, SITE, "another").id)
        both_hold_one = threading.Barrier(2)
        tried: list[str] = []

        def counting(name: str, *order: str) -> Callable[[Transaction], list[int]]:
            def act(transaction: Transaction) -> list[int]:
                tried.append(name)
                found = [articles.count(transaction, order[0], 1)[1]]
                if tried.count(name) == 1:
                    both_hold_one.wait(10)
                return [*found, articles.count(transaction, order[1], 1)[1]]

            return act

        one = world.writer.submit(counting("one", first, second))
        two = other.submit(counting("two", second, first))
        assert sorted([one.result(20), two.result(20)]) == [[1, 1], [2, 2]]
        assert len(tried) == 3  # the victim's transaction began anew
        other.stop()


def test_a_connection_that_breaks_leaves_open_what_was_written_and_says_so(postgres: Database) -> None:
    def cut(transaction: Transaction) -> None:
        transaction.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with World(postgres) as world:
        with pytest.raises(Away, match="not known whether this was written"):
            world.run(cut)
        assert world.add()  # on a new connection
        world.check_counters()


def test_a_row_that_somebody_else_holds_ends_the_wait_and_not_the_service(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "LOCK_S", 1)
    impatient = db.open_database(postgres.writing.url.render_as_string(hide_password=False), Path())
    with World(impatient) as world:
        with postgres.writing.connect() as connection:
            articles.lock(connection, world.article_id)
            with pytest.raises(Away, match="held up; nothing was written"):
                world.add()
        assert world.add()
        world.check_counters()
    impatient.close()


def test_a_process_that_stops_amid_a_transaction_does_not_hold_the_others_up_for_ever(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "IDLE_S", 1)
    stopped = db.open_database(postgres.writing.url.render_as_string(hide_password=False), Path())
    with World(postgres) as world, stopped.writing.connect() as connection:
        articles.lock(connection, world.article_id)
        assert world.run(lambda tx: articles.count(tx, world.article_id, 0)) == (1, 0)
        with pytest.raises(SQLAlchemyError):
            articles.lock(connection, world.article_id)
    stopped.close()
