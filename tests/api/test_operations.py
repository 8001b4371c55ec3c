"""Operations and the classifier for other programs."""

from pathlib import Path

import httpx2

from tests.api.texts import KIND
from tests.conditions import until
from tests.service import Service


def test_health_readiness_and_metrics_tell_the_truth(service: Service, article: str) -> None:
    service.post(article, KIND)
    with httpx2.Client(base_url=service.url) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        until(lambda: client.get("/readyz").json()["parts"]["redis"] == "ok")  # the queue was built
        ready = client.get("/readyz")
        metrics = client.get("/metrics").text
    assert (ready.status_code, ready.json()["parts"]) == (
        200,
        {"database": "ok", "redis": "ok", "model": "ok"},
    )
    assert 'firstword_comments_posted_total{status="approved"}' in metrics
    assert "firstword_queue_ready 1.0" in metrics


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
