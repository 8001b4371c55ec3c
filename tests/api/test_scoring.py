"""The classifier for other programs: the shape of an answer, spans on the text as sent, bad input."""

from typing import Any

import httpx2
import pytest

from models.explain import Span, utf16
from models.labels import LABELS
from tests.api.texts import KIND, NASTY
from tests.service import Service

JSON = {"Content-Type": "application/json"}
GERMAN = "Das ist ein sehr schöner Hafen, danke dafür und bis bald."
FAMILY = "\U0001f469\u200d\U0001f467 \U0001f92c "  # four code points beyond the first 65,536, and a joiner
ODD = ["\0", "a\0b", "\u200b", "\u202e", "Z\u0335\u0327\u0321" * 50, "x" * 20_000, "\U0001f92c" * 5000, "]]>"]


def score(scorer: httpx2.Client, *texts: str) -> list[dict[str, Any]]:
    answer = scorer.post("/score", json={"texts": texts})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"items", "model"}
    items: list[dict[str, Any]] = answer.json()["items"]
    assert len(items) == len(texts)
    return items


def marked(text: str, spans: list[dict[str, Any]]) -> set[str]:
    return {text[span["begin"] : span["end"]].lower() for span in spans}


def test_every_answer_has_all_scores_spans_and_a_language_whatever_the_language(
    scorer: httpx2.Client,
) -> None:
    items = score(scorer, KIND, GERMAN, "", "lol", *ODD)
    for item in items:
        assert set(item) == {"scores", "spans", "language"}
        assert set(item["scores"]) == set(LABELS)
        assert all(0 <= value <= 1 for value in item["scores"].values())
    assert [item["language"] for item in items[:4]] == ["en", "de", "und", "und"]


def test_a_hundred_texts_keep_their_order(scorer: httpx2.Client) -> None:
    texts = [NASTY if n % 7 == 0 else f"{KIND} {n}" for n in range(100)]
    hot = [item["scores"]["toxicity"] > 0.5 for item in score(scorer, *texts)]
    assert hot == [n % 7 == 0 for n in range(100)]


def test_spans_count_code_points_and_can_be_turned_into_what_browsers_count(scorer: httpx2.Client) -> None:
    text = f"{FAMILY}You are a worthless idiot. {FAMILY}Such an idiot!"
    spans = score(scorer, text)[0]["spans"]
    assert any("idiot" in words for words in marked(text, spans))
    units = text.encode("utf-16-le")
    for span in utf16(text, [Span(**span) for span in spans]):
        words = units[2 * span.begin : 2 * span.end].decode("utf-16-le").lower()
        assert words in marked(text, spans)


@pytest.mark.parametrize("prefix", ["", FAMILY, "\U0001f92c" * 30, "é\u0301ﬃ½ ", "日本語 "])
def test_the_highlights_of_a_card_cover_the_insult_behind_an_emoji(
    service: Service, moderator: httpx2.Client, article: str, prefix: str
) -> None:
    service.post(article, f"{prefix}kys, you idiot, said the gull.")
    [card] = moderator.get("/moderation/comments", params={"article": article}).json()["items"]
    body = card["comment"]["body"]
    listed = [span for span in card["highlights"] if span["label"] == "listed_phrase"]
    driving = [span for span in card["highlights"] if span["label"] != "listed_phrase"]
    assert marked(body, listed) == {"kys"}
    assert any("idiot" in words for words in marked(body, driving))
    assert all(span["weight"] > 0 for span in driving)


def test_a_cards_highlights_are_what_the_model_says_of_the_same_text(
    service: Service, moderator: httpx2.Client, scorer: httpx2.Client, article: str
) -> None:
    service.post(article, NASTY)
    [card] = moderator.get("/moderation/comments", params={"article": article}).json()["items"]
    [item] = score(scorer, NASTY)
    assert card["scores"] == item["scores"]
    assert card["highlights"]
    assert all(span in item["spans"] for span in card["highlights"])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"texts": []}',
        b'{"texts": null}',
        b'{"texts": "one"}',
        b'{"texts": [1]}',
        b'{"texts": [null]}',
        b'{"texts": [["one"]]}',
        b'{"texts": {"0": "one"}}',
        b'{"texts": ["\\ud800"]}',
        b'{"texts": ["\\udc00\\ud800 one"]}',
        b'{"texts": ["one"], "more": 1}',
        b'{"texts": ["\xff"]}',
        b'{"texts": [' + b",".join([b'"x"'] * 101) + b"]}",
        b'{"texts": ["' + b"x" * 20_001 + b'"]}',
        b'{"texts": ["' + b"x" * 1_000_000 + b'"]}',
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_scored_is_a_problem_and_never_a_failure(scorer: httpx2.Client, raw: bytes) -> None:
    answer = scorer.post("/score", content=raw, headers=JSON)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]


def test_a_request_over_a_megabyte_is_too_large(scorer: httpx2.Client) -> None:
    answer = scorer.post("/score", json={"texts": ["x" * 20_000] * 60})
    assert answer.status_code == 413


def test_only_a_scorer_may_score(anyone: httpx2.Client, service: Service, tokens: dict[str, str]) -> None:
    assert anyone.post("/score", json={"texts": ["x"]}).status_code == 401
    with service.client(tokens["reader"]) as reader:
        assert reader.post("/score", json={"texts": ["x"]}).status_code == 403
