"""`comments:suggestscore`: a client says what the scores should have been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...actions import analyze
from . import faults
from .analysis import check_attribute, check_comment
from .messages import PROBABILITY, SUGGEST
from .wire import read

COMMUNITY = 200  # characters of a community's name that are kept


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is kept, and what is answered."""

    text: str
    scores: Mapping[str, Any]
    languages: Sequence[str]
    community: str
    answer: Mapping[str, Any]


def suggested(model: analyze.Model, value: Any) -> Suggested:
    """Read a request. Raises Fault."""
    request = read(SUGGEST, value)
    text = check_comment(request)
    scores = request.get("attributeScores", {})
    if not scores:
        raise faults.of_request("Missing attribute_scores", "NO_REQUESTED_ATTRIBUTES")
    for name, given in scores.items():
        check_attribute(name, model.labels)
        _check(name, given)
    languages = request.get("languages", [])
    spoken = analyze.written_in(model, text)
    detected = [spoken] if spoken else list(languages[:1])
    answer: dict[str, Any] = {"detectedLanguages": detected, "requestedLanguages": languages}
    if token := request.get("clientToken"):
        answer["clientToken"] = token
    return Suggested(text, scores, languages or detected, request.get("communityId", "")[:COMMUNITY], answer)


def _check(name: str, given: Mapping[str, Any]) -> None:
    spans = given.get("spanScores", [])
    scores = [given["summaryScore"]] if "summaryScore" in given else []
    scores += [span.get("score", {}) for span in spans]
    if not scores:
        raise faults.of_request(f"Attribute {name} has neither a summary score nor span scores.")
    if any("begin" not in span or "end" not in span for span in spans):
        raise faults.of_request(f"A span score of attribute {name} lacks its begin or end.")
    for score in scores:
        if score.get("type", PROBABILITY) not in {PROBABILITY, "SCORE_TYPE_UNSPECIFIED"}:
            raise faults.of_request(f"Score type {score['type']} is not supported by attribute {name}")
        if not 0 <= score.get("value", -1.0) <= 1:
            raise faults.of_request(f"A score of attribute {name} is no probability.")
