"""Operations and the classifier for other programs."""

from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from tests.api.texts import DOUBTFUL, KIND
from tests.conditions import until
from tests.service import API, Service


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


def figures(service: Service) -> dict[str, float]:
    """Return every sample of /metrics by its name and labels."""
    text = httpx2.get(f"{service.url}/metrics").text
    samples = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in samples}


def test_every_hot_path_is_measured(service: Service, article: str, moderator: httpx2.Client) -> None:
    before = figures(service)
    held = service.post(article, DOUBTFUL)
    page = f"{API}/articles/{article}/comments"
    for _ in range(3):
        httpx2.get(service.url + page)

    def claimed() -> dict[str, Any] | None:
        items = moderator.post("/moderation/queue:claim", json={"limit": 50}).json()["items"]
        return next((item for item in items if item["comment"]["id"] == held["id"]), None)

    card = until(claimed)
    said = {"action": "approve", "version": card["version"]}
    assert moderator.post(f"/moderation/comments/{held['id']}/decisions", json=said).status_code == 201

    def grown(name: str) -> bool:
        return figures(service)[name] > before.get(name, 0.0)

    pattern = f"{API}/articles/{{article_id:path}}/comments"
    for name in (
        f'firstword_http_request_seconds_count{{method="GET",route="{pattern}"}}',
        f'firstword_http_request_seconds_count{{method="POST",route="{pattern}"}}',
        "firstword_page_read_seconds_count",
        "firstword_score_seconds_count",
        "firstword_write_seconds_count",
        "firstword_write_group_size_count",
        "firstword_commit_seconds_count",
        "firstword_queue_claim_seconds_count",
        "firstword_queue_decide_seconds_count",
        "firstword_relay_lag_seconds_count",
    ):
        until(partial(grown, name))
    now = figures(service)
    assert now["firstword_queue_rebuild_seconds_count"] >= 1
    assert (now["firstword_database_up"], now["firstword_redis_up"]) == (1, 1)
    assert now["firstword_disk_free_bytes"] > 0


def test_open_streams_are_counted_while_they_are_open(service: Service, article: str) -> None:
    with httpx2.stream("GET", f"{service.url}{API}/articles/{article}/events"):
        until(lambda: figures(service)["firstword_streams"] == 1)
    until(lambda: figures(service)["firstword_streams"] == 0)
