"""Score texts for other programs: always an answer, whatever the language."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.explain import Span

from ..domain.errors import Away
from . import language
from .parts import Parts
from .scoring import languages

EXPLAINED_FROM = 0.5  # spans are given for labels that are more likely than not


@dataclass(frozen=True, slots=True)
class Scored:
    """One text's probabilities, the spans that drove the likely ones (code points), its language."""

    scores: dict[str, float]
    spans: list[Span]
    language: str


def score(parts: Parts, texts: Sequence[str]) -> tuple[list[Scored], str]:
    """Return each text's scores, in order, and the model's id. Raises Away without a model."""
    classifier = parts.scoring.classifier
    if classifier is None:
        raise Away("No classifier could be loaded.", retry_after_s=60)
    rows = classifier.score(texts)
    learnt = languages(classifier)
    scored = []
    for text, row in zip(texts, rows, strict=True):
        scores = dict(zip(classifier.labels, map(float, row), strict=True))
        likely = [label for label, value in scores.items() if value >= EXPLAINED_FROM]
        spans = [span for label in likely for span in classifier.explain(text, label)]
        scored.append(Scored(scores, spans, language.detect(text, expected=learnt)))
    return scored, classifier.model_id
