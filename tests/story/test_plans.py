"""No statement of a hot path reads a table: asked of every statement that the service really sends.

The whole service runs in this process over a database that has grown; each act is an HTTP request,
and what its threads do meanwhile (relay, streams, champion) is watched with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from moderation.actions import pages, sessions
from moderation.actions.parts import Parts
from moderation.app import build, opened
from moderation.live.server import EmbeddedServer
from moderation.settings import Settings
from moderation.store import outbox
from tests.conditions import until
from tests.service import API
from tests.store.plans import all_watched, postgres_touched, sqlite_scans, sqlite_steps
from tests.story.grown import ROWS, grow

SORTS = ("latest", "oldest", "top", "discussed")
THREAD = f"{API}/articles/grown/comments"
TOUCHED = 600  # rows that a statement may touch, counted anew in each part of its plan
MACHINE_STEPS = 12_000  # of SQLite for a statement; TOUCHED rows with all their columns
KIND = "Thank you for this thoughtful article, walk {n} along the harbour was lovely."
REFUSED = "You are a worthless piece of shit, you fucking idiot, number {n}."
HELD = "My neighbour said kys to referee number {n}, which was not kind."


@dataclass(slots=True)
class Desk:
    """A running service, and people who have been there before."""

    http: TestClient
    parts: Parts
    reader: dict[str, str]
    moderator: dict[str, str]
    posted: int = 0

    def page(self, path: str = THREAD, **query: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=query, headers=self.reader)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def post(self, body: str = KIND, headers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        self.posted += 1
        said = {"body": body.format(n=self.posted)} | more
        answer = self.http.post(THREAD, json=said, headers=self.reader | (headers or {}))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def act(self, path: str, said: Any = None) -> dict[str, Any]:
        answer = self.http.post(f"{API}/moderation/{path}", json=said, headers=self.moderator)
        assert answer.status_code in {200, 201}, answer.text
        done: dict[str, Any] = answer.json()
        return done


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def desk(
    request: pytest.FixtureRequest, valkey: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    is_postgres = request.param == "postgres"
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("grown"),
        database_url=request.getfixturevalue("new_database")() if is_postgres else None,
        redis_url=f"{valkey.url}?db=3",
        post_rate="off",
    )
    with opened(settings) as (_, writer):
        token = sessions.make_api_token(writer, role="moderator", name="mara")
    with pytest.MonkeyPatch.context() as patch, TestClient(build(settings)) as http:
        patch.setattr(pages, "RECHECK_S", -1.0)  # no page comes from memory alone
        reader = http.post(f"{API}/session", json={"name": "Ann"}).json()["token"]
        made = Desk(http, http.app.state.parts, bearer(reader), bearer(token))  # type: ignore[attr-defined]
        author_id = made.page(f"{API}/me")["id"]
        made.parts.writer.run(lambda transaction: grow(transaction, "grown", author_id))
        rebuild(made)
        yield made


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def first_pages(desk: Desk) -> None:
    for sort in SORTS:
        assert len(desk.page(sort=sort, limit=50)["items"]) == 50


def deep_pages(desk: Desk) -> None:
    for sort in SORTS:
        cursor = desk.page(sort=sort, limit=50)["next_cursor"]
        assert len(desk.page(sort=sort, limit=50, cursor=cursor)["items"]) == 50


def replies(desk: Desk) -> None:
    parent = next(item for item in desk.page(sort="oldest")["items"] if item["reply_count"])
    path = f"{API}/comments/{parent['id']}"
    assert desk.page(path)["id"] == parent["id"]
    page = desk.page(f"{path}/replies", limit=1)
    assert page["items"]
    if page["next_cursor"]:
        desk.page(f"{path}/replies", cursor=page["next_cursor"])


def counts(desk: Desk) -> None:
    wanted = ["grown", "nobody", *(f"other-{n}" for n in range(98))]
    assert desk.page(f"{API}/counts", article=wanted)["counts"]["grown"] > 0


def unknown_article(desk: Desk) -> None:
    assert desk.page(f"{API}/articles/{uuid4()}/comments")["items"] == []


def posts(desk: Desk) -> None:
    parent_id = desk.post()["id"]
    again = {"Idempotency-Key": str(uuid4())}
    assert desk.post(parent_id=parent_id, author={"name": "Ann B."})["parent_id"] == parent_id
    body = f"{KIND} Once."
    desk.posted = 100
    first = desk.post(body, again)
    desk.posted = 100
    assert desk.post(body, again)["id"] == first["id"]
    assert desk.post(HELD)["status"] == "pending"


def changes_of_ones_own(desk: Desk) -> None:
    path = f"{API}/comments/{desk.post()['id']}"
    edited = desk.http.patch(path, json={"body": f"{KIND} Edited."}, headers=desk.reader)
    assert edited.status_code == 200, edited.text
    assert desk.http.delete(path, headers=desk.reader).status_code == 204


def likes(desk: Desk) -> None:
    path = f"{API}/comments/{desk.page()['items'][-1]['id']}/reactions/like"
    for act in (desk.http.put, desk.http.put, desk.http.delete):
        assert act(path, headers=desk.reader).status_code in {200, 204}


def cases(desk: Desk) -> None:
    """Reports and appeals: written, read by whom they are about, listed on the desk, decided."""
    told = next(item for item in desk.page(sort="oldest", limit=50)["items"] if not is_own(desk, item))
    path = f"{API}/comments/{told['id']}/reports"
    for _ in range(2):
        answer = desk.http.post(path, json={"category": "hate", "text": "x"}, headers=desk.reader)
        assert answer.status_code == 201, answer.text
    assert desk.page(f"{API}/me/reports", limit=1)["items"]
    token = desk.http.post(f"{API}/session", json={"name": "Cem"}).json()["token"]  # who wrote little so far
    refused = desk.post(REFUSED, bearer(token))
    path = f"{API}/comments/{refused['id']}/appeals"
    assert desk.http.post(path, json={"text": "x"}, headers=bearer(token)).status_code == 201
    assert desk.http.get(f"{API}/comments/{refused['id']}", headers=bearer(token)).json()["statement"]
    desk_pages = [f"{API}/moderation/{what}" for what in ("reports", "appeals")]
    for page in desk_pages:
        for status in ("open", "closed"):
            asked: dict[str, Any] = {"status": status, "limit": 5}
            shown = desk.http.get(page, params=asked, headers=desk.moderator).json()
            if shown["next_cursor"]:
                asked["cursor"] = shown["next_cursor"]
            assert desk.http.get(page, params=asked, headers=desk.moderator).status_code == 200
    until(lambda: backlog(desk) == 0, within_s=30)
    for lane in ("reported", "appeal"):
        for card in desk.act("queue:claim", {"limit": 5, "lane": lane, "order": "newest"})["items"]:
            said = {"action": "approve", "version": card["version"], "lease": card["lease"]["token"]}
            decided = desk.act(f"comments/{card['comment']['id']}/decisions", said)
            desk.act(f"decisions/{decided['decision']['id']}:undo")


def is_own(desk: Desk, item: dict[str, Any]) -> bool:
    return bool(item["author"]["id"] == desk.page(f"{API}/me")["id"])


def own_status(desk: Desk) -> None:
    assert desk.page(f"{API}/me/comments", article="grown")["items"]
    assert desk.page(f"{API}/me")


def claims_and_decisions(desk: Desk) -> None:
    cards = until(lambda: desk.act("queue:claim", {"limit": 5})["items"], within_s=30)
    assert len(cards) == 5
    desk.act(f"leases/{cards[0]['lease']['token']}:extend")
    for card, action in zip(cards, ("approve", "reject", "defer", "escalate"), strict=False):
        said = {"action": action, "version": card["version"], "lease": card["lease"]["token"]}
        reason = {"reason": "insult"} if action == "reject" else {}
        decided = desk.act(f"comments/{card['comment']['id']}/decisions", said | reason)
        if action == "approve":
            desk.act(f"decisions/{decided['decision']['id']}:undo")


def relay(desk: Desk) -> None:
    """What was posted and decided reaches the queue, and is marked as sent."""
    desk.post(HELD)
    until(lambda: backlog(desk) == 0, within_s=30)


def rebuild(desk: Desk) -> None:
    """The queue is made anew, as after a loss of Redis."""
    queue = desk.parts.queue_of("main")
    queue.set_epoch("another")
    until(lambda: queue.epoch() == queue.run_id(), within_s=30)


def streams(desk: Desk) -> None:
    """A page that was away for a while hears what it has missed."""

    async def subscribe() -> int:
        async with desk.parts.follow.subscribe("main", "grown", ROWS, "somebody") as (missed, *_):
            return len(missed or ())

    desk.post()
    assert desk.http.portal is not None
    assert desk.http.portal.call(subscribe) > 0


def backlog(desk: Desk) -> int:
    with desk.parts.database.read() as connection:
        unsent, _ = outbox.backlog(connection)
    return unsent


ACTS: tuple[Callable[[Desk], None], ...] = (
    *(first_pages, deep_pages, replies, counts, unknown_article),
    *(posts, likes, cases, changes_of_ones_own, own_status, claims_and_decisions, relay, rebuild, streams),
)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_every_statement_of_a_hot_path_finds_its_rows_by_an_index(
    desk: Desk, act: Callable[[Desk], None]
) -> None:
    database = desk.parts.database
    with all_watched(database) as statements:
        act(desk)
    assert statements
    if database.is_sqlite:
        reads_all = {each.sql: scans for each in statements if (scans := sqlite_scans(database, each))}
        assert reads_all == {}
        steps = {each.sql: sqlite_steps(database, each) for each in statements}
        assert {sql: number for sql, number in steps.items() if number > MACHINE_STEPS} == {}
    else:
        touched = {each.sql: postgres_touched(database, each) for each in statements}
        assert {sql: rows for sql, rows in touched.items() if rows > TOUCHED} == {}
