"""What is not in a language of the model: still scored, and looked at by a person."""

from typing import Any

import httpx2
import pytest

from tests.api.texts import KIND, NASTY
from tests.service import Service

GERMAN = "Das neue Schwimmbad ist schön geworden, aber die Preise sind für Familien viel zu hoch."
SLANG = "im a bit late in da game but hi"


def codes(comment: dict[str, Any]) -> set[tuple[str, str]]:
    return {(reason["code"], reason["outcome"]) for reason in comment["reasons"]}


def test_a_comment_in_a_language_that_was_not_learnt_waits_with_a_sentence_that_says_so(
    service: Service, article: str
) -> None:
    posted = service.post(article, GERMAN)
    assert posted["status"] == "pending"
    # The scores of such a text mean nothing, so what else they say is not asked here.
    [said] = [reason for reason in posted["reasons"] if reason["code"] == "unscored"]
    assert said["outcome"] == "queue"
    assert "has not learnt (de)" in said["detail"]


@pytest.mark.parametrize("body", [SLANG, "lol", "C'est la vie.", "Zinedine Zidane!", "🔥🔥🔥", KIND])
def test_slang_names_and_a_few_foreign_words_are_no_other_language(
    service: Service, article: str, body: str
) -> None:
    posted = service.post(article, body)
    assert (posted["status"], posted["reasons"]) == ("approved", [])


def test_foreign_words_around_an_insult_do_not_rescue_it(service: Service, article: str) -> None:
    posted = service.post(article, f"{GERMAN} {NASTY} {NASTY}")
    assert posted["status"] == "rejected"
    assert ("score", "reject") in codes(posted)


def test_an_edit_into_another_language_waits_as_well(service: Service, article: str) -> None:
    with service.client(service.reader()) as author:
        posted = author.post(f"/articles/{article}/comments", json={"body": KIND}).json()
        edited = author.patch(f"/comments/{posted['id']}", json={"body": GERMAN}).json()
    assert (posted["status"], edited["status"]) == ("approved", "pending")
    assert ("unscored", "queue") in codes(edited)


def test_the_card_of_a_foreign_comment_has_scores_and_its_language(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    service.post(article, GERMAN)
    [card] = moderator.get("/moderation/comments", params={"article": article}).json()["items"]
    assert card["language"] == "de"
    assert card["scores"].keys() >= {"toxicity", "spam"}
    assert card["comment"]["status"] == "pending"
