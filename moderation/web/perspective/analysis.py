"""`comments:analyze`: what may be asked, and what is answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...actions import analyze
from ...actions.analyze import Model, Span
from ...actions.scoring import languages as learnt_by
from ...domain.attributes import label_of
from . import faults
from .messages import ANALYZE, ATTRIBUTES, PROBABILITY, TEXT_BYTES
from .wire import read

_SERVED = {None, "SCORE_TYPE_UNSPECIFIED", PROBABILITY}
_DIGITS = 8  # of a probability that mean something, and more than float32 has


def answer(model: Model, value: Any) -> dict[str, Any]:
    """Return the answer to a request. Raises Fault."""
    request = read(ANALYZE, value)
    text = check_comment(request)
    wanted = _requested(request, model.labels)
    languages = request.get("languages", [])
    spoken = analyze.written_in(model, text)
    if not languages and spoken is None:
        raise faults.of_request("Unable to detect language", "LANGUAGE_DETECTION_FAILED")
    detected = [spoken or languages[0]]
    learnt = learnt_by(model)
    unknown = [each for each in languages or detected if _base(each) not in learnt]
    if unknown:
        if not request.get("dropUnsupportedAttributes"):
            raise faults.of_language(next(iter(wanted)), unknown, detected=detected, requested=languages)
        wanted = {}
    said: dict[str, Any] = {}
    if wanted:
        whole, spans = analyze.analyze(model, text, by_sentence=request.get("spanAnnotations", False))
        if scores := _scores(wanted, whole, spans):
            said["attributeScores"] = scores
    said |= {"languages": languages or detected, "detectedLanguages": detected}
    if token := request.get("clientToken"):
        said["clientToken"] = token
    return said


def check_comment(request: Mapping[str, Any]) -> str:
    """Return the text of a request. Raises Fault."""
    context = request.get("context", {})
    if "entries" in context and "articleAndParentComment" in context:
        raise faults.of_request(
            "Context can have either entries or article_and_parent_comment, but both fields were populated."
        )
    comment = request.get("comment", {})
    if comment.get("type") == "HTML":
        raise faults.of_request("Currently, only 'PLAIN_TEXT' comments are supported")
    text: str = comment.get("text", "")
    if not text:
        raise faults.of_request("Comment must be non-empty.", "COMMENT_EMPTY")
    if len(text.encode()) > TEXT_BYTES:
        raise faults.of_request("Comment text too long.", "COMMENT_TOO_LONG")
    return text


def check_attribute(name: str, labels: Sequence[str]) -> str:
    """Return the label behind an attribute. Raises Fault."""
    if (label := label_of(name)) is None or label not in labels:
        raise faults.of_request(f"Unknown requested attribute: {name[:100]}")
    return label


def _requested(request: Mapping[str, Any], labels: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Return attribute → its label and threshold."""
    asked = request.get("requestedAttributes", {})
    if not asked:
        raise faults.of_request("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    if len(asked) > ATTRIBUTES:
        raise faults.of_request(f"Too many requested attributes: {len(asked)}")
    wanted = {}
    for name, options in asked.items():
        label = check_attribute(name, labels)
        if (kind := options.get("scoreType")) not in _SERVED:
            raise faults.of_request(f"Requested score type {kind} is not supported by attribute {name}")
        wanted[name] = (label, options.get("scoreThreshold", 0.0))
    return wanted


def _scores(
    wanted: Mapping[str, tuple[str, float]], whole: Mapping[str, float], spans: Sequence[Span]
) -> dict[str, Any]:
    return {
        name: {
            "spanScores": [
                {"begin": span.begin, "end": span.end, "score": _score(span.scores[label])} for span in spans
            ],
            "summaryScore": _score(whole[label]),
        }
        for name, (label, threshold) in wanted.items()
        if whole[label] >= threshold
    }


def _score(value: float) -> dict[str, Any]:
    return {"value": round(value, _DIGITS), "type": PROBABILITY}


def _base(language: str) -> str:
    """Return the language of a tag: "en-GB" is English."""
    return language.partition("-")[0].lower()
