"""Which words of a comment drove what is said of it: for moderators' cards and authors' previews."""

from collections.abc import Mapping, Sequence

import structlog

from models import text
from models.explain import Span

from .scoring import Bench

TOP_LABELS = 2  # words are shown for what drove the score, not for all eight labels
SHOWN_FROM = 0.1  # below that a label has nothing to explain
LISTED = "listed_phrase"

log = structlog.get_logger()


def likeliest(bench: Bench, body: str, scores: Mapping[str, float]) -> list[Span]:
    """Mark listed phrases, and the words that drove the likeliest labels. Code points of `body`."""
    likely = sorted(scores, key=lambda label: -scores[label])[:TOP_LABELS]
    return listed(bench, body) + driving(bench, body, [each for each in likely if scores[each] >= SHOWN_FROM])


def listed(bench: Bench, body: str) -> list[Span]:
    """Mark the phrases of the site's word lists."""
    words = text.tokens(body)
    spelled = [word.text for word in words]
    hits = bench.banned.find(spelled) + bench.suspect.find(spelled)
    return [Span(words[hit.begin].begin, words[hit.end - 1].end, LISTED, 1.0) for hit in hits]


def driving(bench: Bench, body: str, labels: Sequence[str]) -> list[Span]:
    """Mark the words that drove some labels; none where the model cannot tell."""
    classifier = bench.classifier
    if classifier is None:
        return []
    try:
        known = [label for label in labels if label in classifier.labels]
        return [span for label in known for span in classifier.explain(body, label)]
    except Exception as error:  # a comment without coloured words is still a comment
        log.error("unexplained", model=classifier.model_id, error=type(error).__name__)
        return []
