"""Statements of reasons and appeals over HTTP: what an author hears, and who may answer."""

from typing import Any

import httpx2
import pytest

from tests.api.cases import appeal, awaited, decide, in_lane, posted, reader, report
from tests.api.texts import DOUBTFUL, KIND, NASTY
from tests.service import Service


def own(client: httpx2.Client, article: str) -> dict[str, Any]:
    items = client.get("/me/comments", params={"article": article}).json()["items"]
    first: dict[str, Any] = items[0]
    return first


def test_an_author_is_told_why_by_whom_and_what_can_be_done(
    service: Service, moderator: httpx2.Client, anyone: httpx2.Client, article: str
) -> None:
    with reader(service) as ann:
        refused = posted(ann, article, NASTY)
        said = refused["statement"]
        assert (said["automated_decision"], said["automated_detection"]) == (True, True)
        assert (said["measure"], said["ground"], said["source"]) == ("not_published", "terms", "classifier")
        assert "You can appeal once" in said["redress"]
        assert own(ann, article)["statement"] == said
        assert ann.get(f"/comments/{refused['id']}").json()["statement"] == said
        held = posted(ann, article, DOUBTFUL)
        assert "statement" not in held
        assert decide(moderator, held["id"], "reject", 1, reason="illegal").status_code == 201
        said = own(ann, article)["statement"]
        assert (said["rule"], said["ground"], said["automated_decision"]) == ("illegal", "law", False)
        assert said["source"] == "classifier"
        assert said["facts"] == ["A moderator found that it may be illegal."]
        told = posted(ann, article, KIND)
        with reader(service, "Bea") as bea:
            assert report(bea, told["id"]).status_code == 201
        assert decide(moderator, told["id"], "reject", 1, reason="insult").status_code == 201
        said = own(ann, article)["statement"]
        assert (said["source"], said["measure"]) == ("report", "removed")
        assert "because readers reported it" in said["explanation"]
        exported = {each["id"]: each for each in ann.get("/me/export").json()["comments"]}
        assert exported[told["id"]]["statement"]["rule"] == "insult"
    assert anyone.get(f"/comments/{refused['id']}").status_code == 404


def test_an_upheld_appeal_publishes_the_comment_and_its_author_hears_so(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    with reader(service) as ann:
        refused = posted(ann, article, NASTY)
        receipt = appeal(ann, refused["id"])
        assert receipt.status_code == 201
        assert receipt.json()["status"] == "open"
        assert own(ann, article)["statement"]["redress"].startswith("Your appeal is with our moderators")
        card = awaited(moderator, refused["id"], "appeal")
        assert card["appeal"]["text"] == "I quoted the play."
        assert (card["appeal"]["decided_by"], card["comment"]["status"]) == ("policy", "rejected")
        listed = moderator.get("/moderation/appeals").json()["items"]
        mine = next(each for each in listed if each["comment"]["id"] == refused["id"])
        assert mine["may_decide"] is True
        path = f"/moderation/appeals/{mine['id']}/decision"
        answered = moderator.post(path, json={"outcome": "upheld", "answer": "It is a quotation."})
        assert answered.status_code == 201
        assert answered.json()["comment"]["status"] == "approved"
        shown = own(ann, article)
        assert (shown["status"], shown["appeal"]["status"]) == ("approved", "upheld")
        assert shown["appeal"]["answer"] == "It is a quotation."
        again = moderator.post(path, json={"outcome": "dismissed"})
        assert again.status_code == 409
    assert [each["id"] for each in service.page(article)["items"]] == [refused["id"]]
    assert refused["id"] not in in_lane(moderator, "appeal")


def test_an_appeal_goes_to_another_person_than_the_first_decider(
    service: Service, moderator: httpx2.Client, admin: httpx2.Client, article: str
) -> None:
    with reader(service) as ann:
        held = posted(ann, article, DOUBTFUL)
        assert (
            decide(moderator, held["id"], "reject", 1, reason="insult", note="as before").status_code == 201
        )
        assert appeal(ann, held["id"]).status_code == 201
        card = awaited(admin, held["id"], "appeal")
        assert card["appeal"]["note"] == "as before"
        assert held["id"] not in in_lane(moderator, "appeal")
        appeal_id = card["appeal"]["id"]
        path = f"/moderation/appeals/{appeal_id}/decision"
        barred = moderator.post(path, json={"outcome": "dismissed"})
        assert barred.status_code == 403
        assert "a colleague has to answer it" in barred.json()["detail"]
        assert decide(moderator, held["id"], "approve", 2).status_code == 403
        listed = moderator.get("/moderation/appeals").json()["items"]
        assert [each["may_decide"] for each in listed if each["id"] == appeal_id] == [False]
        answered = admin.post(path, json={"outcome": "dismissed", "answer": "It hurts somebody."})
        assert answered.status_code == 201
        assert answered.json()["decision"]["reason"] == "insult"
        shown = own(ann, article)
        assert (shown["status"], shown["appeal"]["status"]) == ("rejected", "dismissed")
        assert shown["statement"]["redress"].startswith("Your appeal was decided, and this is final here.")
        assert appeal(ann, held["id"]).status_code == 409


def test_a_decision_in_the_queue_answers_the_appeal_too(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    with reader(service) as ann:
        refused = posted(ann, article, NASTY)
        assert appeal(ann, refused["id"]).status_code == 201
        card = awaited(moderator, refused["id"], "appeal")
        deferred = decide(moderator, refused["id"], "defer", card["version"])
        assert deferred.json()["comment"]["status"] == "rejected"
        assert own(ann, article)["appeal"]["status"] == "open"
        assert own(ann, article)["statement"]["automated_decision"] is True
        version = awaited(moderator, refused["id"], "appeal")["version"]
        decided = decide(moderator, refused["id"], "approve", version)
        assert decided.status_code == 201
        assert own(ann, article)["appeal"]["status"] == "upheld"
        undone = moderator.post(f"/moderation/decisions/{decided.json()['decision']['id']}:undo")
        assert undone.json()["comment"]["status"] == "rejected"
        assert own(ann, article)["appeal"]["status"] == "open"
        assert "It reads as toxic." in own(ann, article)["statement"]["facts"]
        assert awaited(moderator, refused["id"], "appeal")["appeal"]["text"] == "I quoted the play."


def test_an_appeal_is_moot_when_the_refusal_is_taken_back(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    with reader(service) as ann:
        held = posted(ann, article, DOUBTFUL)
        decided = decide(moderator, held["id"], "reject", 1, reason="insult").json()
        assert appeal(ann, held["id"]).status_code == 201
        moderator.post(f"/moderation/decisions/{decided['decision']['id']}:undo")
        shown = own(ann, article)
        assert (shown["status"], shown["appeal"]["status"]) == ("pending", "moot")
        assert decide(moderator, held["id"], "reject", 3, reason="spam").status_code == 201
        assert appeal(ann, held["id"]).status_code == 201  # against another decision


def test_only_the_author_appeals_and_only_once_and_only_against_a_refusal(
    service: Service, anyone: httpx2.Client, article: str
) -> None:
    with reader(service) as ann, reader(service, "Bea") as bea:
        refused, told = posted(ann, article, NASTY), posted(ann, article, KIND)
        assert appeal(bea, refused["id"]).status_code == 404
        assert appeal(bea, told["id"]).status_code == 403
        assert appeal(ann, told["id"]).status_code == 409
        assert appeal(anyone, refused["id"]).status_code == 401
        assert appeal(ann, refused["id"], "  ").status_code == 422
        assert appeal(ann, refused["id"], "x" * 2001).json()["errors"][0]["field"] == "text"
        assert appeal(ann, refused["id"]).status_code == 201
        assert appeal(ann, refused["id"]).status_code == 409
        assert ann.delete(f"/comments/{refused['id']}").status_code == 204


@pytest.mark.parametrize(
    ("sent", "field"),
    [({}, "outcome"), ({"outcome": "maybe"}, "outcome"), ({"outcome": "upheld", "reason": "x"}, "reason")],
)
def test_a_wrong_answer_names_the_field(moderator: httpx2.Client, sent: dict[str, Any], field: str) -> None:
    path = "/moderation/appeals/01a20acd-e589-7670-babe-c873f1cec206/decision"
    answer = moderator.post(path, json=sent)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert moderator.post(path, json={"outcome": "upheld"}).status_code == 404


def test_nobody_reads_reports_or_answers_appeals_without_the_role(
    service: Service, anyone: httpx2.Client, scorer: httpx2.Client
) -> None:
    path = "/moderation/appeals/01a20acd-e589-7670-babe-c873f1cec206/decision"
    with reader(service) as ann:
        for client, status in ((anyone, 401), (ann, 403), (scorer, 403)):
            assert client.get("/moderation/reports").status_code == status
            assert client.get("/moderation/appeals").status_code == status
            assert client.post(path, json={"outcome": "upheld"}).status_code == status
