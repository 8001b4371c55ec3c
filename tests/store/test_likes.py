"""Likes are counted once a reader, the counter never drifts, and pages by likes or replies end."""

import random

import pytest
from sqlalchemy import func, select
from uuid_utils import uuid7

from moderation.store import likes, people, ranking
from moderation.store.db import Database
from moderation.store.ranking import Ranking
from moderation.store.tables import comment, liking
from tests.store.plans import postgres_rows, sqlite_plan
from tests.store.world import SITE, World, load

RANKINGS: tuple[Ranking, ...] = ("top", "discussed")


def page(world: World, by: Ranking, after: tuple[int, str] | None, limit: int) -> list[tuple[int, str]]:
    with world.database.read() as connection:
        rows = ranking.listed(connection, world.article_id, by=by, after=after, limit=limit)
    assert len(rows) <= limit + 1
    return [(row.like_count if by == "top" else row.reply_count, row.id) for row in rows]


def newcomer(world: World) -> str:
    author_id = str(uuid7())
    world.run(lambda tx: people.add_author(tx, author_id=author_id, site_id=SITE, name="Bob"))
    return author_id


def test_a_like_counts_once_and_so_does_taking_it_back(world: World) -> None:
    comment_id = world.add()
    version = world.comment(comment_id).article_version
    give = [world.run(lambda tx: likes.put(tx, world.author_id, load(tx, comment_id))) for _ in range(3)]
    assert give == [(1, version + 1)] * 3
    assert [(event.kind, event.version) for event in world.told][-1] == ("counts", version + 1)
    take = [world.run(lambda tx: likes.drop(tx, world.author_id, load(tx, comment_id))) for _ in range(3)]
    assert take == [(0, version + 2)] * 3
    assert world.count(liking) == 0


def test_the_counter_is_the_number_of_likes_whatever_comes_in_which_order(world: World) -> None:
    chance = random.Random(4)  # noqa: S311 - a test that can be repeated
    ids = [world.add() for _ in range(3)]
    authors = [world.author_id, *(newcomer(world) for _ in range(4))]
    for _ in range(60):
        act, author, liked = (
            chance.choice([likes.put, likes.drop]),
            chance.choice(authors),
            chance.choice(ids),
        )
        world.run(lambda tx, act=act, author=author, liked=liked: act(tx, author, load(tx, liked)))
    with world.database.read() as connection:
        wanted = select(liking.c.comment_id, func.count().label("number")).group_by(liking.c.comment_id)
        counted = {row.comment_id: row.number for row in connection.execute(wanted)}
    shown = {each: world.comment(each).like_count for each in ids}
    assert shown == {each: counted.get(each, 0) for each in ids}


@pytest.mark.parametrize("limit", [1, 3, 22, 23, 100])
@pytest.mark.parametrize("by", RANKINGS)
def test_the_pages_show_every_listed_comment_once_and_the_highest_first(
    world: World, by: Ranking, limit: int
) -> None:
    chance = random.Random(5)  # noqa: S311
    rows = [
        world.row(like_count=chance.choice([0, 0, 1, 7]), reply_count=chance.choice([0, 0, 2, 9]))
        for _ in range(23)
    ]
    hidden = [world.row("pending", like_count=50), world.row("rejected", reply_count=50)]
    reply = world.row(parent_id=rows[0]["id"], like_count=99)
    world.add_many([*rows, *hidden, reply])
    found: list[tuple[int, str]] = []
    while True:
        shown = page(world, by, found[-1] if found else None, limit)
        found += shown[:limit]
        if len(shown) <= limit:
            break
    number = "like_count" if by == "top" else "reply_count"
    stored = {row["id"]: world.comment(row["id"]) for row in rows}
    expected = sorted(((getattr(row, number), key) for key, row in stored.items()), reverse=True)
    assert found == expected


@pytest.mark.parametrize("after", [None, (3, "0190a0a0-0000-7000-8000-000000000000")])
@pytest.mark.parametrize(("by", "index"), [("top", "ix_comment_top"), ("discussed", "ix_comment_discussed")])
def test_sqlite_reads_such_a_page_in_order_by_its_index(
    sqlite: Database, by: Ranking, index: str, after: tuple[int, str] | None
) -> None:
    article = "0190a0a0-0000-7000-8000-000000000001"
    plan = sqlite_plan(sqlite, lambda c: ranking.listed(c, article, by=by, after=after, limit=50))
    assert any(index in line for line in plan), plan
    assert [line for line in plan if line.startswith("SCAN") or "TEMP B-TREE" in line] == []


def test_postgres_touches_a_page_of_rows_for_such_a_page(postgres: Database) -> None:
    with World(postgres) as world:
        rows = [world.row(like_count=number % 90, reply_count=number % 70) for number in range(3000)]
        world.add_many(rows)
        with postgres.writing.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        middle = (45, rows[1500]["id"])
        here = {"article_id": world.article_id, "limit": 20}
        touched = {
            by: postgres_rows(postgres, lambda c, by=by: ranking.listed(c, **here, by=by, after=middle))
            for by in RANKINGS
        }
        assert world.count(comment) == 3000
        assert {by: number for by, number in touched.items() if number > 500} == {}
