"""What the dashboard, the alerts and the manual name is what /metrics gives, and nothing is left out."""

import json
import re
from collections import defaultdict
from pathlib import Path

import httpx2
import pytest
import yaml

from tests.api.texts import DOUBTFUL, KIND
from tests.conditions import until
from tests.service import API, Service

DOCS = Path(__file__).parents[2] / "docs"
OURS = re.compile(r"\b(?:firstword|process)_[a-z_]+\b")
MATCHED = re.compile(r"\b((?:firstword|process)_[a-z_]+)\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
GIVEN_BY_PROMETHEUS = {"job", "instance"}
Samples = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def metrics(service: Service, tokens: dict[str, str]) -> str:
    """The text of /metrics of a service that has done everything once."""
    for body in (KIND, DOUBTFUL):
        service.post("monitored", body)
    service.page("monitored")
    with service.client(tokens["moderator"]) as moderator:

        def decided() -> bool:
            items = moderator.post("/moderation/queue:claim", json={"limit": 50}).json()["items"]
            for item in items:
                path = f"/moderation/comments/{item['comment']['id']}/decisions"
                moderator.post(path, json={"action": "approve", "version": item["version"]})
            return bool(items)

        until(decided)
    return httpx2.get(f"{service.url}/metrics").text


@pytest.fixture(scope="module")
def samples(metrics: str) -> Samples:
    """The labels of every sample, by the sample's name."""
    found: Samples = defaultdict(list)
    for line in metrics.splitlines():
        if not line.startswith("#"):
            name, _, labels = line.rpartition(" ")[0].partition("{")
            found[name].append({label: value for label, _, value in MATCHER.findall(labels)})
    return found


@pytest.fixture(scope="module")
def families(metrics: str) -> set[str]:
    """Every metric as it is declared."""
    return set(re.findall(r"^# TYPE (\S+) ", metrics, re.MULTILINE))


def dashboard() -> list[str]:
    panels = json.loads((DOCS / "monitoring/grafana.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def alerts() -> dict[str, str]:
    groups = yaml.safe_load((DOCS / "monitoring/alerts.yml").read_text())["groups"]
    return {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}


@pytest.mark.parametrize("expression", [*dashboard(), *alerts().values()])
def test_every_expression_asks_for_what_is_there(
    expression: str, families: set[str], samples: Samples
) -> None:
    for name in OURS.findall(expression):
        assert name in families | samples.keys(), name
    for name, matchers in MATCHED.findall(expression):
        for label, how, value in MATCHER.findall(matchers):
            if label in GIVEN_BY_PROMETHEUS or name not in samples:
                continue
            assert all(label in labels for labels in samples[name]), (name, label)
            if label == "route" and how == "=":
                assert value in {labels["route"] for labels in samples[name]}
    for labels in re.findall(r"by \(([^)]*)\)", expression):
        known = {
            label for name in OURS.findall(expression) for each in samples.get(name, ()) for label in each
        }
        wanted = {label.strip() for label in labels.split(",")} - GIVEN_BY_PROMETHEUS
        assert wanted <= known or not any(samples.get(name) for name in OURS.findall(expression))


def test_the_manual_tells_of_every_metric_and_of_no_other(families: set[str]) -> None:
    told = set(re.findall(r"`(firstword_[a-z_]+)`", (DOCS / "operations.md").read_text()))
    assert told == {name for name in families if name.startswith("firstword_")}


def test_the_manual_says_what_to_do_about_every_alert() -> None:
    headings = re.findall(r"^### (\w+)", (DOCS / "operations.md").read_text(), re.MULTILINE)
    assert set(alerts()) <= set(headings)


def test_the_pattern_of_the_address_is_the_one_in_the_dashboard(samples: Samples) -> None:
    route = f"{API}/articles/{{article_id:path}}/comments"
    assert any(route in expression for expression in dashboard())
    assert route in {labels["route"] for labels in samples["firstword_http_request_seconds_count"]}


def test_the_manual_tells_what_every_line_of_the_log_means() -> None:
    sources = (DOCS.parent / "moderation").rglob("*.py")
    said = re.compile(r'\blog\.(?:info|warning|error)\(\s*"(\w+)"(?: if [\w.]+ else "(\w+)")?')
    logged = {event for path in sources for pair in said.findall(path.read_text()) for event in pair if event}
    assert len(logged) > 15
    manual = (DOCS / "operations.md").read_text()
    assert {event for event in logged if f"`{event}`" not in manual} == set()
