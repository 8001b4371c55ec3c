"""Reports over HTTP: what may be reported, what they weigh, and what becomes of them."""

from typing import Any

import httpx2
import pytest

from tests.api.cases import awaited, decide, in_lane, posted, reader, report
from tests.api.texts import DOUBTFUL, KIND
from tests.service import Service
from tests.story.acting import at_once
from tests.story.sight import key, rows

NOTICE = {
    "text": "It names my home address, which Section 126a of the code forbids.",
    "name": "Nora Notifier",
    "email": "nora@example.org",
    "good_faith": True,
}


def outcomes(client: httpx2.Client) -> dict[str, str]:
    return {each["comment_id"]: each["status"] for each in client.get("/me/reports").json()["items"]}


def waits(service: Service, comment_id: str) -> bool:
    """Tell whether SQL says that a comment waits: the queue follows it."""
    found = rows(service, "SELECT queued_at_ms FROM comment WHERE id = ?", key(comment_id))
    return found[0][0] is not None


def test_a_report_brings_a_published_comment_back_and_it_stays_on_the_page(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    told = service.post(article, KIND)
    with reader(service) as ann:
        answer = report(ann, told["id"], "hate", text="It is about my people.")
        assert answer.status_code == 201
        receipt = answer.json()
        assert (receipt["status"], receipt["category"]) == ("open", "hate")
        assert receipt["article_id"] == article
    card = awaited(moderator, told["id"], "reported")
    assert (card["lane"], card["comment"]["status"]) == ("reported", "approved")
    assert (card["reports"]["count"], card["reports"]["weight"]) == (1, 1.0)
    assert card["reports"]["items"][0]["text"] == "It is about my people."
    assert "reporter" not in str(card["reports"])
    assert [each["id"] for each in service.page(article)["items"]] == [told["id"]]


def test_a_decision_fixes_the_outcome_of_every_report_and_the_reporter_can_read_it(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    kept, removed = service.post(article, KIND), service.post(article, f"{KIND} Two.")
    with reader(service, "Ann") as ann, reader(service, "Bea") as bea:
        for client in (ann, bea):
            assert report(client, kept["id"]).status_code == 201
        assert report(ann, removed["id"], "spam").status_code == 201
        assert decide(moderator, kept["id"], "approve", 1).status_code == 201
        assert decide(moderator, removed["id"], "reject", 1, reason="spam").status_code == 201
        assert outcomes(ann) == {kept["id"]: "dismissed", removed["id"]: "upheld"}
        assert outcomes(bea) == {kept["id"]: "dismissed"}
        answer = ann.get("/me/reports").json()["items"][0]
        assert answer["decided_at"] is not None
        assert answer["detail"] == "A moderator agreed: the comment is no longer shown."
    assert [each["id"] for each in service.page(article)["items"]] == [kept["id"]]
    assert not waits(service, kept["id"])
    assert kept["id"] not in in_lane(moderator, "reported")
    closed = moderator.get("/moderation/reports", params={"status": "closed"}).json()["items"]
    assert {each["comment"]["id"] for each in closed[:3]} == {kept["id"], removed["id"]}


def test_a_second_report_of_one_reader_answers_the_first_receipt(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    told = service.post(article, KIND)
    with reader(service) as ann:
        first = report(ann, told["id"], "hate").json()
        assert report(ann, told["id"], "spam").json() == first
        assert decide(moderator, told["id"], "reject", 1, reason="insult").status_code == 201
        again = report(ann, told["id"])  # it is not shown any more, and the answer is still theirs
        assert (again.status_code, again.json()["id"], again.json()["status"]) == (201, first["id"], "upheld")


def test_whose_reports_are_dismissed_weighs_less_and_somebody_new_does_not(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    with reader(service, "Wolf") as wolf, reader(service, "Bea") as bea:
        for number in range(3):
            told = service.post(article, f"{KIND} {number}")
            assert report(wolf, told["id"]).status_code == 201
            assert decide(moderator, told["id"], "approve", 1).status_code == 201
        told = service.post(article, f"{KIND} The last.")
        assert report(wolf, told["id"]).status_code == 201
        assert not waits(service, told["id"])
        open_ones = moderator.get("/moderation/reports").json()["items"]
        weights = [each["weight"] for each in open_ones if each["comment"]["id"] == told["id"]]
        assert weights == [0.57]  # 2·2/7
        assert report(bea, told["id"]).status_code == 201
        assert waits(service, told["id"])


def test_what_was_kept_needs_twice_as_much_and_one_address_block_counts_once(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    told = service.post(article, KIND)
    with reader(service, "Ann") as ann, reader(service, "Bea") as bea, reader(service, "Cem") as cem:
        assert report(ann, told["id"]).status_code == 201
        assert decide(moderator, told["id"], "approve", 1).status_code == 201
        for client in (bea, cem):
            assert report(client, told["id"]).status_code == 201
        assert not waits(service, told["id"])
        with reader(service, "Dan") as dan:
            assert report(dan, told["id"], "illegal", **NOTICE).status_code == 201
        assert waits(service, told["id"])  # the law asks that each such notice be decided


def test_nobody_reports_their_own_comment_nor_what_is_not_shown(
    service: Service, anyone: httpx2.Client, article: str
) -> None:
    with reader(service) as ann, reader(service, "Bea") as bea:
        own, held = posted(ann, article, KIND), posted(ann, article, DOUBTFUL)
        assert report(ann, own["id"]).status_code == 403
        assert report(bea, held["id"]).status_code == 404
        assert report(bea, "0190a0a0-0000-7000-8000-000000000000").status_code == 404
        assert report(bea, "no-id").status_code == 404
        assert report(anyone, own["id"]).status_code == 401
        assert bea.get("/me/reports").json() == {"items": [], "next_cursor": None}
    assert anyone.get("/me/reports").status_code == 401


def test_something_illegal_asks_what_the_law_asks_and_names_what_is_missing(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    told = service.post(article, KIND)
    with reader(service) as ann:
        refused = report(ann, told["id"], "illegal")
        assert refused.status_code == 422
        missing = [each["field"] for each in refused.json()["errors"]]
        assert missing == ["text", "name", "email", "good_faith"]
        minors = report(ann, told["id"], "illegal", concerns_minors=True)
        assert [each["field"] for each in minors.json()["errors"]] == ["text", "good_faith"]
        wrong = report(ann, told["id"], "illegal", **(NOTICE | {"email": "nora"}))
        assert [each["field"] for each in wrong.json()["errors"]] == ["email"]
        assert report(ann, told["id"], "illegal", **NOTICE).status_code == 201
        shown = ann.get(f"/comments/{told['id']}").text + ann.get(f"/articles/{article}/comments").text
        assert "nora" not in shown.lower()
    desk = moderator.get("/moderation/reports", params={"category": "illegal"}).json()["items"][0]
    assert desk["notifier"] == {"name": "Nora Notifier", "email": "nora@example.org"}
    assert "notifier" not in str(awaited(moderator, told["id"], "reported")["reports"])


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "category"),
        ({"category": "ugly"}, "category"),
        ({"category": "spam", "text": 1}, "text"),
        ({"category": "spam", "text": "x" * 2001}, "text"),
        ({"category": "spam", "text": "a\x00b"}, "text"),
        ({"category": "illegal", "good_faith": "yes"}, "good_faith"),
        ({"category": "spam", "weight": 9}, "weight"),
    ],
)
def test_a_wrong_report_names_the_field(
    service: Service, article: str, sent: dict[str, Any], field: str
) -> None:
    told = service.post(article, KIND)
    with reader(service) as ann:
        answer = ann.post(f"/comments/{told['id']}/reports", json=sent)
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == [field]
        assert ann.get("/me/reports").json()["items"] == []


def test_many_who_report_at_once_are_each_kept_once_and_wait_once(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    told = service.post(article, KIND)
    clients = [reader(service, f"Reader {number}") for number in range(4)]
    try:
        # each of them twice, all from the same instant
        answers = at_once(*[lambda client=each: report(client, told["id"]) for each in clients * 2])
    finally:
        for client in clients:
            client.close()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 4
    card = awaited(moderator, told["id"], "reported")
    assert (card["reports"]["count"], card["reports"]["weight"]) == (4, 1.0)  # of one address block


def test_a_report_and_a_decision_at_once_leave_no_report_open_that_was_answered(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    told = service.post(article, KIND)
    with reader(service, "Ann") as ann, reader(service, "Bea") as bea:
        assert report(ann, told["id"]).status_code == 201
        decided, late = at_once(
            lambda: decide(moderator, told["id"], "reject", 1, reason="insult"),
            lambda: report(bea, told["id"]),
        )
        assert decided.status_code == 201
        assert late.status_code in {201, 404}
        assert outcomes(ann) == {told["id"]: "upheld"}
        assert outcomes(bea) == ({told["id"]: "upheld"} if late.status_code == 201 else {})
    assert not waits(service, told["id"])


def test_an_undone_decision_opens_its_reports_again(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    told = service.post(article, KIND)
    with reader(service) as ann:
        assert report(ann, told["id"]).status_code == 201
        decided = decide(moderator, told["id"], "reject", 1, reason="insult").json()
        undone = moderator.post(f"/moderation/decisions/{decided['decision']['id']}:undo")
        assert undone.status_code == 201
        assert undone.json()["comment"]["status"] == "approved"
        assert outcomes(ann) == {told["id"]: "open"}
        assert awaited(moderator, told["id"], "reported")["version"] == 3


def test_a_reported_comment_stays_published_while_it_is_deferred_or_escalated(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    told = service.post(article, KIND)
    with reader(service) as ann:
        assert report(ann, told["id"]).status_code == 201
        assert decide(moderator, told["id"], "defer", 1).json()["comment"]["status"] == "approved"
        assert awaited(moderator, told["id"], "reported")["version"] == 2
        assert decide(moderator, told["id"], "escalate", 2).json()["comment"]["status"] == "approved"
        assert awaited(moderator, told["id"], "escalated")["lane"] == "escalated"
        assert outcomes(ann) == {told["id"]: "open"}
    assert len(service.page(article)["items"]) == 1


def test_neither_an_edit_nor_a_withdrawal_slips_past_a_report(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    with reader(service, "Ann") as ann, reader(service, "Bea") as bea:
        told = posted(ann, article, KIND)
        assert report(bea, told["id"]).status_code == 201
        assert ann.patch(f"/comments/{told['id']}", json={"body": f"{KIND} Milder."}).status_code == 200
        assert awaited(moderator, told["id"], "reported")["comment"]["body"].endswith("Milder.")
        assert ann.delete(f"/comments/{told['id']}").status_code == 204
        assert outcomes(bea) == {told["id"]: "moot"}
        assert not waits(service, told["id"])


def test_reports_are_listed_page_by_page(service: Service, moderator: httpx2.Client, article: str) -> None:
    told = [service.post(article, f"{KIND} {number}")["id"] for number in range(3)]
    with reader(service) as ann:
        for each in told:
            assert report(ann, each).status_code == 201
        for path in ("/me/reports", "/moderation/reports"):
            client = moderator if "moderation" in path else ann
            found: list[str] = []
            cursor = None
            while len(found) < len(told):
                page = client.get(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
                found += [each.get("comment_id") or each["comment"]["id"] for each in page["items"]]
                cursor = page["next_cursor"]
            assert found[: len(told)] == told[::-1]
