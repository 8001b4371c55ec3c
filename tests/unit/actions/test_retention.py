"""Texts of refused comments go when their time has come, from everywhere, and nothing else does."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from moderation.actions import appeal, cards, exchange, report, retention, review, sessions
from moderation.actions.parts import Parts, now_ms
from moderation.actions.retention import DAY_MS, Kept
from moderation.actions.submit import Draft, submit
from moderation.app import running
from moderation.domain.errors import Conflict
from moderation.domain.reporting import Complaint
from moderation.domain.roles import Person
from moderation.settings import load
from moderation.store import appeals, comments, reports
from moderation.store.tables import comment, revision
from tests.api.texts import DOUBTFUL, KIND, NASTY

pytestmark = pytest.mark.anyio

MODERATOR = Person("019a0000-0000-7000-8000-000000000001", "moderator", "Mara")


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    async with running(load(data_dir=tmp_path)) as parts:
        yield parts


async def post(parts: Parts, body: str) -> str:
    draft = Draft(
        site_id="main", article_key="a", body=body, parent_id=None, name="Ann", reader=None,
        address="192.0.2.1", idempotency_key=None,
    )  # fmt: skip
    return str((await submit(parts, draft)).comment.id)


def decided(parts: Parts, comment_id: str, action: review.Action, version: int) -> None:
    review.decide(parts, MODERATOR, review.Choice(comment_id, action, version, reason="insult"))


def texts(parts: Parts) -> dict[str, tuple[str, str, str]]:
    """Return (body, rendered body, body of the revision) by comment."""
    wanted = select(comment.c.id, comment.c.body, comment.c.body_html, revision.c.body.label("first")).join(
        revision, revision.c.comment_id == comment.c.id
    )
    with parts.database.read() as connection:
        return {row.id: (row.body, row.body_html, row.first) for row in connection.execute(wanted)}


async def test_a_refused_text_is_deleted_so_many_days_after_it_was_refused(
    parts: Parts, tmp_path: Path
) -> None:
    by_policy, by_person, kind, held = [
        await post(parts, each) for each in (NASTY, DOUBTFUL, KIND, f"{DOUBTFUL} 2")
    ]
    decided(parts, by_person, "reject", 1)
    before = texts(parts)
    retention.forget(parts.writer, Kept(30, 7), now_ms() + 7 * DAY_MS - 60_000)
    assert texts(parts) == before
    retention.forget(parts.writer, Kept(30, 7), now_ms() + 7 * DAY_MS + 1)
    gone = ("", "", "")
    assert texts(parts) == before | {by_policy: gone, by_person: gone}
    parts.database.close()
    with closing(sqlite3.connect(tmp_path / "firstword.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = (tmp_path / "firstword.db").read_bytes()
    assert NASTY.encode() not in stored
    assert KIND.encode() in stored
    assert held in before
    assert kind in before


async def test_without_the_setting_refused_texts_are_kept(parts: Parts) -> None:
    await post(parts, NASTY)
    before = texts(parts)
    assert parts.kept == Kept(30, None)
    retention.forget(parts.writer, parts.kept, now_ms() + 5000 * DAY_MS)
    assert texts(parts) == before


async def test_a_comment_whose_text_is_gone_is_shown_but_neither_decided_nor_learnt_from(
    parts: Parts, tmp_path: Path
) -> None:
    comment_id = await post(parts, DOUBTFUL)
    decided(parts, comment_id, "reject", 1)
    assert exchange.export_labels(parts.database, tmp_path / "labels") == 1
    retention.forget(parts.writer, Kept(30, 1), now_ms() + 2 * DAY_MS)
    [card] = cards.make(parts, [comment_id])
    assert (card.comment.status, card.comment.body, card.highlights) == ("rejected", "", [])
    with pytest.raises(Conflict, match="deleted"):
        decided(parts, comment_id, "approve", 2)
    assert exchange.export_labels(parts.database, tmp_path / "labels") == 0


async def test_a_backlog_is_worked_off_in_slices_over_several_calls(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "TEXTS", 2)
    monkeypatch.setattr(retention, "MOST_SLICES", 2)
    for number in range(5):
        await post(parts, f"{NASTY} {number}")

    def left() -> int:
        return sum(bool(body) for body, _, _ in texts(parts).values())

    found = []
    for _ in range(3):
        retention.forget(parts.writer, Kept(30, 1), now_ms() + 2 * DAY_MS)
        found.append(left())
    assert found == [1, 0, 0]


async def test_a_comment_that_was_approved_in_the_meantime_keeps_its_text(parts: Parts) -> None:
    comment_id = await post(parts, NASTY)
    decided(parts, comment_id, "approve", 1)
    retention.forget(parts.writer, Kept(30, 1), now_ms() + 2 * DAY_MS)
    assert texts(parts)[comment_id][0] == NASTY
    with parts.database.read() as connection:
        found = comments.get(connection, comment_id)
    assert found is not None
    assert found.address_block is not None  # its thirty days are not over


async def test_who_notified_us_is_forgotten_some_days_after_the_decision_and_a_reporters_address_too(
    parts: Parts,
) -> None:
    comment_id = await post(parts, KIND)
    reporter = await sessions.start_reader(parts.writer, site_id="main", name="Nora")
    said = Complaint("illegal", "Because.", "Nora", "nora@example.org", good_faith=True)
    await report.file(parts, reporter, comment_id, said, "192.0.2.7")

    def kept() -> tuple[int, int]:
        with parts.database.read() as connection:
            filed, named = reports.all_by(connection, reporter.person_id)
        return sum(row.address_block is not None for row in filed), len(named)

    retention.forget(parts.writer, Kept(30), now_ms() + 40 * DAY_MS)
    assert kept() == (0, 1)  # it is open: the notifier has to be told
    decided(parts, comment_id, "approve", 1)
    retention.forget(parts.writer, Kept(30), now_ms() + 29 * DAY_MS)
    assert kept() == (0, 1)
    retention.forget(parts.writer, Kept(30), now_ms() + 31 * DAY_MS)
    assert kept() == (0, 0)


async def test_a_refused_text_stays_while_its_author_appeals(parts: Parts) -> None:
    comment_id = await post(parts, NASTY)
    with parts.database.read() as connection:
        author = comments.get(connection, comment_id)
    assert author is not None
    who = Person(author.author_id, "reader", "Ann")
    await appeal.appeal(parts, who, comment_id, "I quoted the play.", "192.0.2.7")
    retention.forget(parts.writer, Kept(30, 1), now_ms() + 2 * DAY_MS)
    assert texts(parts)[comment_id][0] == NASTY
    decided(parts, comment_id, "reject", 1)
    retention.forget(parts.writer, Kept(30, 1), now_ms() + 2 * DAY_MS)
    assert texts(parts)[comment_id][0] == ""
    with parts.database.read() as connection:
        assert [row.text for row in appeals.by_author(connection, author.author_id)] == [""]
