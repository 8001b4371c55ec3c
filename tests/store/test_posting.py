"""A group of comments written at once: each gets what it would have got alone, and none hurts another."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from models.classifier import Classifier
from moderation.actions import posting
from moderation.actions.drafts import Checked, Draft, Posted
from moderation.actions.publish import DEFAULT_RULES
from moderation.actions.scoring import Bench, Scoring, Written
from moderation.domain.errors import Conflict, Forbidden, Invalid, Refused, Unauthenticated
from moderation.domain.roles import Person
from moderation.store import articles, policies
from moderation.store.tables import (
    article,
    audit_entry,
    author,
    comment,
    decision,
    idempotency_key,
    outbox,
    revision,
    score,
)
from moderation.store.writer import Transaction
from tests.store.plans import watched
from tests.store.world import SITE, World, held

KIND = "The new lamps along the harbour are a real improvement, number {n}."
NASTY = "You worthless fucking idiot."


class Desk:
    """A world with a bench: drafts are made here and written as one group."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reader = Person(world.author_id, "reader", "")
        world.run(lambda tx: policies.add(tx, site_id=SITE, rules=DEFAULT_RULES, made_by="test"))
        scoring = Scoring(world.database)
        scoring.refresh()
        self.bench: Bench = scoring.bench(SITE)

    def draft(self, body: str, *, key: str = "an-article", **more: Any) -> Checked:
        said = {"parent_id": None, "name": None, "reader": None, "address": "192.0.2.1", **more}
        return Checked(Draft(SITE, key, body, **said), f"<p>{body}</p>", Written(body), self.bench)

    def write(self, *group: Checked) -> list[Posted | Refused]:
        return self.world.run(lambda tx: posting.write(tx, group))

    def posted(self, *group: Checked) -> list[Posted]:
        written = self.write(*group)
        made = [each for each in written if isinstance(each, Posted)]
        assert len(made) == len(written), written
        return made


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    yield Desk(world)
    world.check_counters()


def test_a_group_is_kept_row_by_row_as_if_each_had_come_alone(desk: Desk) -> None:
    bodies = [KIND.format(n=1), NASTY, KIND.format(n=2), "Go die, all of you at the harbour."]
    posted = desk.posted(*map(desk.draft, bodies))
    assert [each.comment.status for each in posted] == ["approved", "rejected", "approved", "pending"]
    assert [each.article_version for each in posted if each.comment.status == "approved"] == [1, 2]
    for each, body in zip(posted, bodies, strict=True):
        assert desk.world.comment(each.comment.id).body == body
    for table in (comment, revision, decision, audit_entry, score):
        assert desk.world.count(table) == 4
    assert desk.world.count(author) == 1 + 4
    assert desk.world.count(outbox, outbox.c.version.is_not(None)) == 2
    assert desk.world.count(outbox, outbox.c.kind == "queue.push") == 1


def test_a_group_takes_as_many_statements_as_one_comment(desk: Desk) -> None:
    def statements(number: int) -> int:
        def act(transaction: Transaction) -> int:
            with watched(transaction.connection) as seen:
                posting.write(transaction, [desk.draft(KIND.format(n=n)) for n in range(number)])
            return len(seen)

        return desk.world.run(act)

    assert statements(64) == statements(1) <= 10


def test_what_is_refused_leaves_nothing_behind_and_its_neighbours_are_posted(desk: Desk) -> None:
    banned, unknown = Person(desk.world.author_id, "reader", ""), Person(desk.world.article_id, "reader", "")
    desk.world.run(lambda tx: tx.connection.execute(update(author).values(standing="banned")))
    shut_id = desk.world.run(lambda tx: articles.ensure(tx, SITE, "shut").id)
    desk.world.run(
        lambda tx: tx.connection.execute(
            update(article).where(article.c.id == shut_id).values(state="closed")
        )
    )
    fine, closed, orphan, stranger, exile, last = desk.write(
        desk.draft(KIND.format(n=1)),
        desk.draft(KIND.format(n=2), key="shut"),
        desk.draft(KIND.format(n=3), key="new", parent_id=desk.world.article_id),
        desk.draft(KIND.format(n=4), key="newer", reader=unknown),
        desk.draft(KIND.format(n=5), key="newest", reader=banned),
        desk.draft(KIND.format(n=6)),
    )
    assert isinstance(fine, Posted)
    assert isinstance(last, Posted)
    kinds = [type(each) for each in (closed, orphan, stranger, exile)]
    assert kinds == [Conflict, Invalid, Unauthenticated, Forbidden]
    assert desk.world.count(comment) == 2
    assert desk.world.count(article) == 2  # nobody's first comment was refused into being


def test_a_request_repeated_within_a_group_is_posted_once(desk: Desk) -> None:
    again = {"idempotency_key": "k", "reader": desk.reader}
    body = KIND.format(n=1)
    first, second = desk.posted(desk.draft(body, **again), desk.draft(body, **again))
    assert first.comment.id == second.comment.id
    assert (first.is_replay, second.is_replay) == (False, True)
    third, other = desk.write(desk.draft("Other words entirely.", **again), desk.draft(KIND.format(n=2)))
    assert isinstance(third, Invalid)
    assert isinstance(other, Posted)
    assert desk.world.count(idempotency_key) == 1


def test_repeats_within_a_group_count(desk: Desk) -> None:
    same = [desk.draft("The ferry leaves at nine.", reader=desk.reader) for _ in range(4)]
    statuses = [each.comment.status for each in desk.posted(*same)]
    assert statuses == ["approved", "approved", "pending", "pending"]
    more = desk.posted(desk.draft("The ferry leaves at nine.", reader=desk.reader))
    assert [each.comment.status for each in more] == ["pending"]


def test_a_name_of_the_session_is_judged_and_a_new_one_is_kept(desk: Desk) -> None:
    desk.world.run(lambda tx: tx.connection.execute(update(author).values(name="fucking stupid bitch")))
    held, renamed = desk.posted(
        desk.draft(KIND.format(n=1), reader=desk.reader),
        desk.draft(KIND.format(n=2), reader=desk.reader, name="Ada"),
    )
    assert [held.comment.status, renamed.comment.status] == ["pending", "approved"]
    assert {reason["code"] for reason in held.reasons} == {"name"}
    with desk.world.database.read() as connection:
        assert connection.execute(select(author.c.name)).scalar_one() == "Ada"


def test_replies_of_a_group_are_counted_with_their_parents(desk: Desk) -> None:
    parents = desk.posted(*(desk.draft(KIND.format(n=n)) for n in range(2)))
    ids = [parents[n].comment.id for n in (0, 1, 0, 0)]
    desk.posted(*(desk.draft(KIND.format(n=9 + n), parent_id=each) for n, each in enumerate(ids)))
    assert [desk.world.comment(each.comment.id).reply_count for each in parents] == [3, 1]


def test_a_text_that_the_model_cannot_read_waits_and_the_others_are_scored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Classifier.score

    def score_or_fail(self: Classifier, texts: Any) -> Any:
        if any("unreadable" in text for text in texts):
            raise ValueError
        return read(self, texts)

    monkeypatch.setattr(Classifier, "score", score_or_fail)
    posted = desk.posted(desk.draft(KIND.format(n=1)), desk.draft("unreadable"), desk.draft(KIND.format(n=2)))
    assert [each.comment.status for each in posted] == ["approved", "pending", "approved"]
    assert [each["code"] for each in posted[1].reasons] == ["unscored"]


def test_one_that_the_database_refuses_is_answered_alone(desk: Desk) -> None:
    """Whatever is wrong with it is found when all are inserted; then each is tried by itself."""
    wrong = desk.draft(KIND.format(n=3))
    wrong = replace(wrong, draft=replace(wrong.draft, site_id="nowhere"))
    group = [desk.draft(KIND.format(n=1)), wrong, desk.draft(KIND.format(n=2))]

    async def post() -> list[object]:
        writer = desk.world.writer
        with held(writer):
            writes = [asyncio.ensure_future(writer.write(posting.write, each, key="a")) for each in group]
            await asyncio.wait(writes, timeout=0)  # they are handed over, and wait
        return list(await asyncio.gather(*writes, return_exceptions=True))

    assert [type(each) for each in asyncio.run(post())] == [Posted, IntegrityError, Posted]
    assert desk.world.count(comment) == 2
