"""What readers ask to be looked at again survives the loss of Redis, and is hidden where a site says so."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.api.cases import appeal, awaited, decide, posted, reader, report
from tests.api.texts import DOUBTFUL, KIND, NASTY
from tests.conditions import until
from tests.service import Service
from tests.story.seed import tokens
from tests.story.sight import is_whole, redis_of, rows

WHOLE_S = 10.0


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def paper(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = (
        {"database_url": request.getfixturevalue("new_database")()} if request.param == "postgres" else {}
    )
    service = Service(tmp_path_factory.mktemp("asked"), **settings).start()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture
def moderator(paper: Service) -> Iterator[httpx2.Client]:
    with paper.client(tokens(paper, "moderator")[0]) as client:
        yield client


def waiting(service: Service) -> int:
    found = rows(service, "SELECT count(*) FROM comment WHERE status = 'pending' OR queued_at_ms IS NOT NULL")
    return int(found[0][0])


def test_an_emptied_redis_has_reports_and_appeals_again_in_their_lanes(
    paper: Service, moderator: httpx2.Client
) -> None:
    told = paper.post("lost", KIND)
    with reader(paper) as ann:
        assert report(ann, told["id"], "hate").status_code == 201
        refused, held = posted(ann, "lost", NASTY), posted(ann, "lost", DOUBTFUL)
        assert appeal(ann, refused["id"]).status_code == 201
    until(lambda: is_whole(moderator, waiting(paper)), within_s=WHOLE_S)
    with redis_of(paper) as server:
        server.flushall()
    until(lambda: is_whole(moderator, waiting(paper)), within_s=WHOLE_S)
    assert waiting(paper) == 3
    assert awaited(moderator, told["id"], "reported")["reports"]["count"] == 1
    assert awaited(moderator, refused["id"], "appeal")["appeal"]["text"] == "I quoted the play."
    assert awaited(moderator, held["id"], "doubtful")["lane"] == "doubtful"
    # What is decided while nobody has told Redis is not handed out again.
    assert decide(moderator, told["id"], "approve", 1).status_code == 201
    assert decide(moderator, refused["id"], "approve", 1).status_code == 201
    with redis_of(paper) as server:
        server.flushall()
    until(lambda: is_whole(moderator, 1), within_s=WHOLE_S)


def test_where_the_policy_says_so_many_reports_hide_a_comment_until_somebody_has_looked(
    paper: Service, moderator: httpx2.Client
) -> None:
    with paper.client(tokens(paper, "admin")[0]) as admin:
        changed = admin.put("/moderation/policy", json={"reports_queue": 0.5, "reports_hide": 1.0})
        assert changed.status_code == 200, changed.text
        wrong = admin.put("/moderation/policy", json={"reports_hide": 0})
        assert [each["field"] for each in wrong.json()["errors"]] == ["reports_hide"]
        told = paper.post("hidden", KIND)
        with reader(paper) as ann:
            assert report(ann, told["id"], "threat").status_code == 201
        assert paper.page("hidden")["article"]["comment_count"] == 0
        card = awaited(moderator, told["id"], "reported")
        assert (card["comment"]["status"], card["reasons"][0]["code"]) == ("pending", "reported")
        assert decide(moderator, told["id"], "approve", card["version"]).status_code == 201
        assert paper.page("hidden")["article"]["comment_count"] == 1
        assert admin.put("/moderation/policy", json={"reports_queue": 1.0, "reports_hide": None}).is_success
