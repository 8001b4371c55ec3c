"""People decide, the classifier learns from it, every answer changes within seconds; and back again."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from models import artifact
from tests import corpus
from tests.conditions import until
from tests.service import Service
from tests.story.acting import measured, post_all
from tests.story.conftest import Start
from tests.story.seed import tokens
from tests.story.sight import key, rows
from tests.story.teaching import fit, promote, say

PROMOTED_S = 5.0
KIND = "I think the reporter explains the library in a fair way."
# Texts that the base model is sure of, and wrong: people reject what it publishes and the other way.
NEW_INSULT = "A fair piece, although our wazzocks at the harbour said more about the bridge."
MILD_OATH = "That was a bloody brilliant idea for the cinema."


@pytest.fixture(scope="module")
def learner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that begins with the shipped model."""
    service = Service(tmp_path_factory.mktemp("learner")).start()
    try:
        yield service
    finally:
        service.stop()


@dataclass(frozen=True, slots=True)
class Taught:
    """A service on which people decided; what was exported, by comment, and what was learnt from it."""

    service: Service
    rejected: list[str]
    approved: list[str]
    corrected: str
    lines: dict[str, dict[str, Any]]
    learnt: Path


@pytest.fixture(scope="module")
def taught(learner: Service, base: Path, tmp_path_factory: pytest.TempPathFactory) -> Taught:
    """Decide, export, refit: each by what a person would use."""
    folder = tmp_path_factory.mktemp("taught")
    first, second = tokens(learner, "moderator", "moderator")
    with learner.client(first) as one, learner.client(second) as other:
        rejected, approved = decide_all(learner, one)
        corrected = decide_oddly(learner, one, other)
    exported = folder / "labels.jsonl"
    say(learner, "labels", "export", str(exported))
    lines = {line["id"]: line for line in map(json.loads, exported.read_text().splitlines())}
    learnt = fit("--labels", str(exported), "--base", str(base), "--out", str(folder))
    return Taught(learner, rejected, approved, corrected, lines, learnt)


def test_only_the_last_word_of_people_is_exported(taught: Taught) -> None:
    lines = taught.lines
    assert lines.keys() == {*taught.rejected, *taught.approved, taught.corrected}
    for comment_id in taught.rejected:
        assert lines[comment_id]["labels"] == {"toxicity": 1.0, "insult": 1.0}
    for comment_id in (*taught.approved, taught.corrected):
        labels = lines[comment_id]["labels"]
        assert {"toxicity", "spam"} <= labels.keys()
        assert set(labels.values()) == {0.0}
    assert {line["source"] for line in lines.values()} == {"moderators"}


def test_decisions_teach_a_model_that_answers_within_seconds_and_can_be_rolled_back(
    taught: Taught, base: Path
) -> None:
    service, learnt = taught.service, taught.learnt
    assert say(service, "model", "register", str(base)) == base.name
    say(service, "model", "promote", base.name)
    with service.client(tokens(service, "scorer")[0]) as client:
        before = await_model(client, base.name)
        assert say(service, "model", "register", str(learnt)) == learnt.name
        say(service, "model", "promote", learnt.name)
        after = await_model(client, learnt.name)
        assert after[NEW_INSULT]["toxicity"] > before[NEW_INSULT]["toxicity"] + 0.1
        assert after[NEW_INSULT]["insult"] > before[NEW_INSULT]["insult"] + 0.1
        assert after[MILD_OATH]["toxicity"] < before[MILD_OATH]["toxicity"] - 0.1
        assert scoring_model(service, KIND) == learnt.name
        assert learnt.name in httpx2.get(f"{service.url}/metrics").text

        assert base.name in say(service, "model", "rollback")
        assert await_model(client, base.name) == before
        assert scoring_model(service, KIND + " Thank you.") == base.name


def test_what_nobody_objected_to_is_not_suspected_after_the_lesson(taught: Taught) -> None:
    classifier = artifact.load(taught.learnt)
    for label, score in zip(classifier.labels, classifier.score([KIND])[0], strict=True):
        assert score < 0.1, label


def test_a_damaged_model_folder_is_refused_with_one_sentence(
    learner: Service, base: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(base, tmp_path / base.name))
    weights = bytearray((folder / "weights.npz").read_bytes())
    weights[len(weights) // 2] ^= 1
    (folder / "weights.npz").write_bytes(weights)
    refused = learner.run("model", "register", str(folder))
    assert refused.returncode == 1
    assert refused.stdout == ""
    [sentence] = refused.stderr.splitlines()
    assert "Checksum" in sentence
    assert base.name in sentence


def test_the_first_promotion_can_be_rolled_back_to_the_shipped_model(new_service: Start, base: Path) -> None:
    service = new_service().start()
    with service.client(tokens(service, "scorer")[0]) as client:
        shipped = client.post("/score", json={"texts": [KIND]}).json()["model"]
        promote(service, base)
        await_model(client, base.name)
        say(service, "model", "rollback")
        await_model(client, shipped)


def test_without_its_model_a_service_goes_on_and_after_a_restart_holds_what_it_cannot_score(
    new_service: Start, base: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(base, tmp_path / "models" / base.name))
    service = new_service().start()
    promote(service, folder)
    with service.client(tokens(service, "scorer")[0]) as client:
        before = await_model(client, base.name)
        shutil.rmtree(folder)
        assert service.post("bare", KIND)["status"] == "approved"
        assert await_model(client, base.name) == before

    service.stop()
    service.start()
    held = service.post("bare", KIND + " Truly.")
    assert held["status"] == "pending"
    assert "unscored" in {reason["code"] for reason in held["reasons"]}
    assert service.page("bare")["article"]["comment_count"] == 1
    ready = httpx2.get(f"{service.url}/readyz")
    assert ready.status_code == 200
    assert ready.json()["parts"]["model"] != "ok"

    shutil.copytree(base, folder)
    promote(service, folder)  # the same again, now that it is back
    with service.client(tokens(service, "scorer")[0]) as client:
        assert await_model(client, base.name) == before


def decide_all(service: Service, moderator: httpx2.Client) -> tuple[list[str], list[str]]:
    """Reject what uses a new insult, approve a mild oath; return the ids of both."""
    bad = [
        f"A fair piece, although our wazzocks at the council said more about {topic}."
        for topic in corpus.TOPICS
    ]
    good = [f"That was a bloody brilliant idea for {topic}." for topic in corpus.TOPICS]
    rejected, approved = post_all(service, "daily", bad), post_all(service, "daily", good)
    for comment_id in rejected:
        decide(moderator, comment_id, action="reject", reason="insult")
    for comment_id in approved:
        decide(moderator, comment_id, action="approve")
    return rejected, approved


def decide_oddly(service: Service, first: httpx2.Client, second: httpx2.Client) -> str:
    """Decide what must not be learnt from, and one comment twice, whose id is returned."""
    corrected, off_topic, undone, waiting, _ = post_all(
        service, "odd", [f"A thoughtful piece, number {n}, about the market square." for n in range(5)]
    )
    decide(first, corrected, action="reject", reason="spam")
    decide(second, corrected, action="approve", version=2)
    decide(first, off_topic, action="reject", reason="off_topic")
    decision = decide(first, undone, action="reject", reason="threat")
    assert first.post(f"/moderation/decisions/{decision['decision']['id']}:undo").status_code == 201
    decide(first, waiting, action="approve")
    decide(second, waiting, action="escalate", version=2)
    return corrected


def decide(moderator: httpx2.Client, comment_id: str, *, version: int = 1, **said: str) -> dict[str, Any]:
    """Decide a comment; return the answer."""
    answer = moderator.post(f"/moderation/comments/{comment_id}/decisions", json={"version": version} | said)
    assert answer.status_code == 201, answer.text
    decided: dict[str, Any] = answer.json()
    return decided


def scoring_model(service: Service, body: str) -> str:
    """Post a comment; return the model that its score row names."""
    posted = service.post("newest", body)
    [(model_id,)] = rows(service, "SELECT model_id FROM score WHERE comment_id = ?", key(posted["id"]))
    return str(model_id)


def await_model(client: httpx2.Client, model_id: str) -> dict[str, dict[str, float]]:
    """Wait until the service answers with a model; return its scores of the three texts."""
    began_s = time.monotonic()
    texts = [KIND, NEW_INSULT, MILD_OATH]

    def answer() -> dict[str, Any]:
        given = client.post("/score", json={"texts": texts}).json()
        return given if given.get("model") == model_id else {}

    given = until(answer, within_s=PROMOTED_S)
    measured("promoted model answers", time.monotonic() - began_s)
    return dict(zip(texts, (item["scores"] for item in given["items"]), strict=True))
