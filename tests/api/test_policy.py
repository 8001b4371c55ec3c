"""The policy: read by everyone in plain words, changed by an admin, every version kept."""

from uuid import uuid4

import httpx2
import pytest

from tests.api.texts import KIND
from tests.conditions import until
from tests.service import Service


@pytest.fixture
def site(admin: httpx2.Client) -> str:
    """A site of its own: a change there touches no other test."""
    name = f"paper-{uuid4().hex[:8]}"
    assert admin.put("/articles/first", params={"site": name}, json={"title": "First"}).status_code == 200
    return name


def read(service: Service, path: str) -> httpx2.Response:
    return httpx2.get(service.url + path)


def test_everybody_reads_in_plain_words_that_machines_take_part(service: Service, site: str) -> None:
    shown = read(service, f"/policy/{site}")
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "public, max-age=60"
    for told in (
        "A program reads every comment first",
        "English",
        "Report",
        "appeal",
        "30 days",
        "Version 1",
    ):
        assert told in shown.text
    again = httpx2.get(f"{service.url}/policy/{site}", headers={"If-None-Match": shown.headers["etag"]})
    assert again.status_code == 304
    assert read(service, "/policy/nobody").status_code == 404
    assert read(service, f"/policy/{site}/2").status_code == 404
    assert read(service, f"/policy/{site}/two").status_code == 404


def test_limits_are_shown_only_where_the_policy_says_so(
    service: Service, admin: httpx2.Client, site: str
) -> None:
    where = {"site": site}
    admin.put("/moderation/policy", params=where, json={"links_queue": 7, "banned": ["blurgh"]})
    hidden = read(service, f"/policy/{site}").text
    assert "7 links" not in hidden
    assert " %" not in hidden
    assert "blurgh" not in hidden
    admin.put("/moderation/policy", params=where, json={"shows_limits": True})
    shown = read(service, f"/policy/{site}").text
    assert "7 links or more" in shown
    assert "from 50.0 %" in shown
    assert "blurgh" not in shown


def test_a_change_is_a_new_version_in_force_at_once_and_the_earlier_one_stays_readable(
    service: Service, admin: httpx2.Client, moderator: httpx2.Client, site: str
) -> None:
    where = {"site": site}
    first = moderator.get("/moderation/policy", params=where).json()
    assert (first["number"], first["limits"]["spam"]["is_own"]) == (1, False)
    changed = {"banned": ["blurgh*"], "limits": {"spam": {"queue": 0.2, "reject": 0.9}}, "number": 1}
    second = admin.put("/moderation/policy", params=where, json=changed)
    assert second.status_code == 200
    assert second.json()["number"] == 2
    assert second.json()["rules"]["suspect"] == first["rules"]["suspect"]  # not named: as it was
    assert second.json()["limits"]["spam"] == {"queue": 0.2, "reject": 0.9, "is_weak": False, "is_own": True}
    with service.client() as reader:
        posted = reader.post(
            "/articles/first/comments", params=where, json={"body": f"{KIND} blurghs"}
        ).json()
    assert posted["status"] == "rejected"
    assert "in force since" in read(service, f"/policy/{site}").text
    earlier = read(service, f"/policy/{site}/1").text
    assert "What applies now" in earlier
    assert "banned" not in earlier
    again = admin.put("/moderation/policy", params=where, json={"banned": ["blurgh*"]})
    assert again.json()["number"] == 2  # nothing changed


def test_whoever_looked_at_an_earlier_version_is_told_so(admin: httpx2.Client, site: str) -> None:
    where = {"site": site}
    assert admin.put("/moderation/policy", params=where, json={"links_queue": 4}).json()["number"] == 2
    late = admin.put("/moderation/policy", params=where, json={"links_queue": 5, "number": 1})
    assert late.status_code == 409
    assert "Version 2 is in force now" in late.json()["detail"]
    assert admin.get("/moderation/policy", params=where).json()["rules"]["links_queue"] == 4


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"banned": ["fine", "…"]}, "banned/1"),
        ({"limits": {"rudeness": {"queue": 0.5, "reject": None}}}, "limits/rudeness"),
        ({"limits": {"spam": {"queue": 0.5, "reject": 0.4}}}, "limits/spam/reject"),
        ({"limits": {"spam": {"queue": 1.5}}}, "limits/spam/queue"),
        ({"links_queue": 0}, "links_queue"),
        ({"links": 3}, "links"),
        ({"banned": "blurgh"}, "banned"),
    ],
)
def test_rules_that_could_not_mean_what_they_say_are_named(
    admin: httpx2.Client, site: str, said: dict[str, object], field: str
) -> None:
    answer = admin.put("/moderation/policy", params={"site": site}, json=said)
    assert answer.status_code == 422
    assert field in {each["field"] for each in answer.json()["errors"]}
    assert admin.get("/moderation/policy", params={"site": site}).json()["number"] == 1


def test_moderators_read_the_policy_and_only_admins_change_it(
    service: Service, moderator: httpx2.Client, anyone: httpx2.Client, site: str
) -> None:
    where = {"site": site}
    assert moderator.put("/moderation/policy", params=where, json={"links_queue": 4}).status_code == 403
    assert anyone.get("/moderation/policy", params=where).status_code == 401
    with service.client(service.reader()) as reader:
        assert reader.get("/moderation/policy", params=where).status_code == 403
    assert moderator.get("/moderation/policy", params={"site": "nobody"}).status_code == 404


def test_a_changed_policy_is_known_to_a_page_within_a_second(
    service: Service, admin: httpx2.Client, site: str
) -> None:
    before = read(service, f"/policy/{site}").headers["etag"]
    admin.put("/moderation/policy", params={"site": site}, json={"newcomers_queue": 2})
    until(lambda: read(service, f"/policy/{site}").headers["etag"] != before)
    assert "the first ones of a newcomer" in read(service, f"/policy/{site}").text
