"""Operations and the classifier for other programs."""

from pathlib import Path

import httpx2

from tests.api.texts import KIND, NASTY
from tests.service import Service


def test_health_readiness_and_metrics_tell_the_truth(service: Service, article: str) -> None:
    service.post(article, KIND)
    with httpx2.Client(base_url=service.url) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        ready = client.get("/readyz")
        metrics = client.get("/metrics").text
    assert (ready.status_code, ready.json()["parts"]) == (
        200,
        {"database": "ok", "redis": "ok", "model": "ok"},
    )
    assert 'firstword_comments_posted_total{status="approved"}' in metrics
    assert "firstword_queue_ready 1.0" in metrics


def test_texts_are_scored_in_order_with_spans_and_language(scorer: httpx2.Client) -> None:
    answer = scorer.post(
        "/score", json={"texts": [KIND, NASTY, "", "Das ist ein sehr schöner Hafen, danke."]}
    )
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [each["scores"]["toxicity"] > 0.5 for each in items] == [False, True, False, False]
    spans = items[1]["spans"]
    assert any("idiot" in NASTY[span["begin"] : span["end"]] for span in spans)
    assert [each["language"] for each in items] == ["en", "en", "und", "de"]


def test_too_many_texts_name_the_field(scorer: httpx2.Client) -> None:
    for texts in ([], ["x"] * 101, ["x" * 20_001], "x"):
        answer = scorer.post("/score", json={"texts": texts})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].startswith("texts")


def test_a_token_that_scores_too_fast_is_slowed_down(tmp_path: Path) -> None:
    service = Service(tmp_path, score_rate="2/minute").start()
    try:
        with service.client(service.token("scorer")) as client:
            answers = [client.post("/score", json={"texts": ["x"]}) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert int(answers[-1].headers["Retry-After"]) >= 1
    finally:
        service.stop()


def test_other_origins_may_embed_only_when_listed(service: Service, article: str) -> None:
    with service.client() as client:
        answer = client.get(f"/articles/{article}/comments", headers={"Origin": "https://paper.example"})
        script = httpx2.get(service.url + "/embed.js")
    assert "access-control-allow-origin" not in answer.headers
    assert script.headers["access-control-allow-origin"] == "*"
