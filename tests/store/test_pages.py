"""Pages are cut by key: every comment once, also while others arrive, and found by an index."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, Row
from uuid_utils.compat import uuid7

from moderation.actions.pages import Wanted, read
from moderation.store import (
    articles,
    brakes,
    comments,
    decisions,
    forgetting,
    idempotency,
    marks,
    mutes,
    outbox,
    people,
    replies,
    waiting,
)
from moderation.store.comments import FIRST_REPLIES, Order
from moderation.store.db import Database
from moderation.store.tables import comment
from moderation.store.writer import Transaction
from tests.store.plans import INNER, postgres_rows, sqlite_plan, statements_of, watched
from tests.store.world import SITE, World, load

ORDERS: tuple[Order, ...] = ("latest", "oldest")


def read_page(
    world: World, order: Order, after_id: str | None, limit: int, parent_id: str | None = None
) -> list[Row[Any]]:
    with world.database.read() as connection:
        found = comments.listed(
            connection, world.article_id, parent_id=parent_id, order=order, after_id=after_id, limit=limit
        )
    assert len(found) <= limit + 1
    return list(found)


def read_all(
    world: World, order: Order, limit: int, *, between: Callable[[], object] = lambda: None
) -> list[str]:
    ids: list[str] = []
    after_id = None
    while True:
        rows = read_page(world, order, after_id, limit)
        ids += [row.id for row in rows[:limit]]
        if len(rows) <= limit:
            return ids
        after_id = rows[limit - 1].id
        between()


@pytest.fixture
def listed(world: World) -> list[str]:
    """Twenty-three listed comments, oldest first, among others that nobody may see."""
    rows = [world.row() for _ in range(23)]
    hidden = [world.row("pending") for _ in range(5)] + [world.row("rejected") for _ in range(5)]
    replies = [world.row(parent_id=row["id"]) for row in rows[:5]]
    elsewhere = world.run(lambda tx: articles.ensure(tx, SITE, "another").id)
    world.add_many([*rows, *hidden, *replies, *(world.row(article_id=elsewhere) for _ in range(3))])
    return [row["id"] for row in rows]


@pytest.mark.parametrize("limit", [1, 2, 7, 22, 23, 24, 100])
@pytest.mark.parametrize("order", ORDERS)
def test_the_pages_show_every_listed_comment_once_and_in_order(
    world: World, listed: list[str], order: Order, limit: int
) -> None:
    assert read_all(world, order, limit) == (listed if order == "oldest" else listed[::-1])


def test_comments_that_arrive_meanwhile_shift_no_page(world: World, listed: list[str]) -> None:
    assert read_all(world, "latest", 5, between=world.add) == listed[::-1]


def test_comments_that_arrive_meanwhile_are_at_the_end_of_the_oldest_first(
    world: World, listed: list[str]
) -> None:
    arrived: list[str] = []
    found = read_all(world, "oldest", 10, between=lambda: arrived.append(world.add()))
    assert found == listed + arrived


@pytest.mark.parametrize("order", ORDERS)
def test_a_comment_that_is_removed_meanwhile_takes_no_other_with_it(
    world: World, listed: list[str], order: Order
) -> None:
    first = read_page(world, order, None, 5)[:5]
    world.move(first[-1].id, "rejected")  # the very one that the next page follows
    second = read_page(world, order, first[-1].id, 100)
    expected = listed if order == "oldest" else listed[::-1]
    assert [row.id for row in (*first, *second)] == expected


@pytest.mark.parametrize("order", ORDERS)
def test_ids_are_strictly_in_the_order_of_arrival(world: World, order: Order) -> None:
    ids = [world.add() for _ in range(20)]
    assert all(one < two for one, two in pairwise(ids))
    assert read_all(world, order, 3) == (ids if order == "oldest" else ids[::-1])


def test_the_first_replies_are_the_oldest_listed_ones_of_each_parent(world: World) -> None:
    parents = [world.add() for _ in range(3)]
    expected = []
    for number, parent in enumerate(parents[:2]):
        world.add("pending", parent_id=parent)
        replies = [world.add(parent_id=parent) for _ in range(2 + 3 * number)]
        expected += replies[:FIRST_REPLIES]
    with world.database.read() as connection:
        found = comments.first_replies(connection, parents)
    assert [row.id for row in found] == sorted(expected)


def test_the_waiting_are_read_in_slices_whole_and_in_order(world: World, listed: list[str]) -> None:
    assert listed
    found: list[str] = []
    after_id = None
    with world.database.read() as connection:
        while rows := waiting.after(connection, SITE, after_id, 2):
            found += [row.id for row in rows]
            after_id = rows[-1].id
        everything = waiting.still(connection, [*listed, *found])
    assert len(found) == len(set(found)) == 5
    assert found == sorted(found)
    assert everything == set(found)


def test_repeats_are_counted_within_their_time_and_up_to_ten(world: World) -> None:
    world.add_many([world.row(words_hash="same", created_at_ms=1000 + number) for number in range(14)])
    world.add(words_hash="other", created_at_ms=1000)
    with world.database.read() as connection:
        assert comments.repeats(connection, world.author_id, "same", 0) == 10
        assert comments.repeats(connection, world.author_id, "same", 1009) == 5
        assert comments.repeats(connection, world.author_id, "same", 2000) == 0
        assert comments.repeats(connection, AN_ID, "same", 0) == 0


# What each question must be answered with: the index, never the whole table.

AN_ID = str(uuid7())


def _page(order: Order, *, is_first: bool) -> Callable[[Connection], object]:
    after_id = None if is_first else AN_ID
    return lambda connection: comments.listed(
        connection, AN_ID, parent_id=None, order=order, after_id=after_id, limit=50
    )


def _replies(connection: Connection) -> object:
    return comments.listed(connection, AN_ID, parent_id=AN_ID, order="oldest", after_id=AN_ID, limit=50)


QUESTIONS: dict[str, tuple[Callable[[Connection], object], str]] = {
    "latest": (_page("latest", is_first=True), "ix_comment_page"),
    "latest, later": (_page("latest", is_first=False), "ix_comment_page"),
    "oldest": (_page("oldest", is_first=True), "ix_comment_page"),
    "oldest, later": (_page("oldest", is_first=False), "ix_comment_page"),
    "pinned": (lambda c: comments.pinned(c, AN_ID), "ix_comment_pinned"),
    "picks": (lambda c: comments.featured(c, AN_ID, after_id=None, limit=50), "ix_comment_featured"),
    "picks, later": (lambda c: comments.featured(c, AN_ID, after_id=AN_ID, limit=50), "ix_comment_featured"),
    "replies to one": (lambda c: replies.of(c, AN_ID, after_id=AN_ID, limit=20), "reply_notice"),
    "unread replies": (lambda c: replies.count_unread(c, AN_ID), "ix_reply_notice_unread"),
    "seen": (lambda c: replies.mark_read(Transaction(c, 0), AN_ID, [AN_ID]), "reply_notice"),
    "answered": (lambda c: replies.tell(Transaction(c, 0), [AN_ID]), "sqlite_autoindex_comment"),
    "feed": (lambda c: replies.feed_owner(c, "hash"), "sqlite_autoindex_reply_feed"),
    "brakes": (lambda c: brakes.in_force(c, 0), "ix_brake_on"),
    "last of one": (lambda c: brakes.last_comment_at(c, AN_ID, AN_ID), "ix_comment_author"),
    "muted": (lambda c: mutes.of(c, AN_ID), "sqlite_autoindex_muting"),
    "replies": (_replies, "ix_comment_"),
    "first replies": (lambda c: comments.first_replies(c, [AN_ID]), "ix_comment_replies"),
    "pending": (lambda c: waiting.after(c, SITE, None, 100), "ix_comment_waiting"),
    "pending, later": (lambda c: waiting.after(c, SITE, AN_ID, 100), "ix_comment_waiting"),
    "still pending": (lambda c: waiting.still(c, [AN_ID]), "comment"),
    "repeats": (lambda c: comments.repeats(c, AN_ID, "words", 0), "ix_comment_repeats"),
    "repeats of many": (
        lambda c: comments.repeats_of_all(c, [(AN_ID, "words"), (AN_ID, "others")], 0),
        "ix_comment_repeats",
    ),
    "articles": (lambda c: articles.find_all(c, [(SITE, "a"), (SITE, "b")]), "sqlite_autoindex_article"),
    "counts": (lambda c: articles.counts(c, SITE, ["a", "b"]), "sqlite_autoindex_article"),
    "authors": (lambda c: people.get_authors(c, [AN_ID, AN_ID]), "sqlite_autoindex_author"),
    "many": (lambda c: comments.get_many(c, [AN_ID, AN_ID]), "sqlite_autoindex_comment"),
    "keys": (
        lambda c: idempotency.find(Transaction(c, 0), [("a", "b", "c"), ("a", "b", "d")]),
        "sqlite_autoindex_idempotency_key",
    ),
    "own": (lambda c: comments.own(c, AN_ID, AN_ID, limit=100), "ix_comment_"),
    "addresses": (lambda c: comments.forget_addresses(Transaction(c, 0), 0, 100), "ix_comment_addressed"),
    "refused": (lambda c: forgetting.refused_texts(Transaction(c, 0), 0, 100), "ix_comment_refused"),
    "standing": (lambda c: people.standing(c, AN_ID), "ix_comment_author"),
    "unsent": (lambda c: outbox.unsent(c, 100), "ix_outbox_unsent"),
    "backlog": (outbox.backlog, "ix_outbox_unsent"),
    "changes": (lambda c: outbox.changes_after(c, AN_ID, 3, 100), "ix_outbox_article"),
    "token": (lambda c: people.find_token(c, "hash", "api", 0), "sqlite_autoindex_token"),
    "session": (lambda c: people.find_session(c, "hash", 0), "sqlite_autoindex_console_session"),
    "article": (lambda c: articles.find(c, SITE, "an-article"), "sqlite_autoindex_article"),
    "latest decision": (lambda c: decisions.latest(c, [AN_ID]), "sqlite_autoindex_decision"),
    "waits": (lambda c: decisions.waits_ms(c, 0), "ix_decision_actor"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_sqlite_finds_it_by_its_index_without_reading_the_table(sqlite: Database, question: str) -> None:
    call, index = QUESTIONS[question]
    plan = sqlite_plan(sqlite, call)
    assert any(index in line for line in plan), plan
    scans = [line for line in plan if line.startswith("SCAN") and "ix_outbox_unsent" not in line]
    assert [line for line in scans if not line.startswith(INNER)] == []


@pytest.mark.parametrize(
    "question", [each for each in QUESTIONS if each.split(",")[0] in {"latest", "oldest"}]
)
def test_sqlite_reads_a_page_in_order_and_sorts_nothing(sqlite: Database, question: str) -> None:
    plan = sqlite_plan(sqlite, QUESTIONS[question][0])
    assert [line for line in plan if "TEMP B-TREE" in line] == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_statement_skips_rows_by_counting_them(database: Database, question: str) -> None:
    for statement in statements_of(database, QUESTIONS[question][0]):
        words = statement.sql.upper().split()
        if "OFFSET" in words:  # SQLite's LIMIT always says it; it must be nothing
            assert database.is_sqlite
            assert 0 in tuple(statement.parameters)


def test_postgres_touches_a_page_of_rows_for_a_page_and_not_the_table(postgres: Database) -> None:
    with World(postgres) as world:
        rows = [world.row() for _ in range(1500)]
        replies = [world.row(parent_id=rows[number % 20]["id"]) for number in range(500)]
        held = [world.row("pending", words_hash=str(number)) for number in range(200)]
        world.add_many([*rows, *replies, *held])
        with postgres.writing.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        parents = [row["id"] for row in rows[:20]]
        middle = rows[750]["id"]
        here = {"article_id": world.article_id, "limit": 20}
        touched = {
            "latest": postgres_rows(
                postgres,
                lambda c: comments.listed(c, **here, parent_id=None, order="latest", after_id=middle),
            ),
            "oldest": postgres_rows(
                postgres,
                lambda c: comments.listed(c, **here, parent_id=None, order="oldest", after_id=middle),
            ),
            "replies": postgres_rows(
                postgres,
                lambda c: comments.listed(c, **here, parent_id=parents[0], order="oldest", after_id=None),
            ),
            "first replies": postgres_rows(postgres, lambda c: comments.first_replies(c, parents)),
            "pending": postgres_rows(postgres, lambda c: waiting.after(c, SITE, None, 20)),
            "repeats": postgres_rows(postgres, lambda c: comments.repeats(c, world.author_id, "7", 0)),
            "counts": postgres_rows(postgres, lambda c: articles.counts(c, SITE, ["an-article", "b"])),
            "changes": postgres_rows(postgres, lambda c: outbox.changes_after(c, world.article_id, 1900, 20)),
        }
        assert world.count(comment) == 2200
        assert {question: rows for question, rows in touched.items() if rows > 500} == {}


def test_old_keys_are_found_by_their_age(sqlite: Database) -> None:
    with World(sqlite) as world:
        plans: list[str] = []

        def purge(tx: Any) -> None:
            with sqlite.read() as reading:
                for statement in _purges(tx):
                    explain = f"EXPLAIN QUERY PLAN {statement.sql}"
                    plans.extend(row.detail for row in reading.exec_driver_sql(explain, statement.parameters))

        world.run(purge)
    assert any("ix_idempotency_created" in line for line in plans), plans
    assert any("ix_outbox_created" in line for line in plans), plans
    assert [line for line in plans if line.startswith("SCAN")] == []


def _purges(transaction: Any) -> Any:
    with watched(transaction.connection) as statements:
        idempotency.purge(transaction, 10)
        outbox.purge(transaction, 10, 10)
    return statements


def test_a_page_asks_for_pins_only_where_there_are_some(world: World) -> None:
    first = world.add()
    world.add()
    wanted = Wanted(SITE, "an-article")

    def asked() -> int:
        with world.database.read() as connection:
            article = articles.find(connection, SITE, "an-article")
        return len(statements_of(world.database, lambda c: read(c, wanted, article)))

    without = asked()
    world.run(lambda tx: marks.put(tx, "pinned", load(tx, first)))
    assert asked() == without + 1
    world.check_counters()
