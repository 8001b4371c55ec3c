"""The classifier: probabilities for any string, and reasons that add up to its margin."""

import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import artifact, explain
from models.classifier import Classifier
from models.explain import Span, utf16
from models.features import EXTRAS
from models.labels import LABELS
from models.text import normalise

COMMENT = "The council should look at the traffic plan again before anyone gets hurt. " * 3


def score(classifier: Classifier, text: str, label: str = "toxicity") -> float:
    return float(classifier.score([text])[0, classifier.labels.index(label)])


def test_it_tells_abuse_from_praise_on_sentences_it_has_not_seen(classifier: Classifier) -> None:
    assert score(classifier, "you pathetic clown, you stupid liar") > 0.8
    assert score(classifier, "a balanced and patient report by the editor") < 0.2
    assert score(classifier, "free watches!!! http://shop.example.com", "spam") > 0.8


@pytest.mark.parametrize(
    "hidden",
    [
        "1d10t",
        "i d i o t",
        "i.d.i.o.t",
        "id\u200biot",
        "\u0456di\u043et",
        "idiooot",
        "\uff29\uff24\uff29\uff2f\uff34",
    ],
)
def test_hiding_a_word_does_not_hide_it(classifier: Classifier, hidden: str) -> None:
    plain = score(classifier, "You are an idiot and the library proves it.")
    assert score(classifier, f"You are an {hidden} and the library proves it.") > plain - 0.1


def test_scores_have_a_row_for_each_text_and_a_column_for_each_label(classifier: Classifier) -> None:
    found = classifier.score(["one", "two", ""])
    assert found.shape == (3, len(classifier.labels))
    assert found.dtype == np.float32
    assert classifier.score([]).shape == (0, len(classifier.labels))
    assert set(classifier.labels) <= set(LABELS)
    assert set(classifier.evidence.values()) <= {"human", "weak"}
    assert set(classifier.limits) == set(classifier.labels)


def test_a_text_scores_the_same_alone_and_in_company(classifier: Classifier) -> None:
    texts = ["you idiot", COMMENT, "", "free pills!!!"]
    together = classifier.score(texts)
    alone = np.concatenate([classifier.score([text]) for text in texts])
    assert np.array_equal(together, alone)


@given(st.text(st.characters(), max_size=400))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_string_has_probabilities(classifier: Classifier, text: str) -> None:
    found = classifier.score([text])
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= 1).all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 20_000,
        "x y " * 250_000,
        "\ud800" * 100,
        "\u0301" * 1000,
        "\U0001f4a9" * 1000,
        "\x00",
        "\u202e\u0645" * 100,
    ],
    ids=["empty", "long word", "megabyte", "surrogates", "marks", "emoji", "nul", "right to left"],
)
def test_odd_texts_are_scored_in_bounded_time(classifier: Classifier, text: str) -> None:
    begun = time.process_time()
    found = classifier.score([text])
    assert np.isfinite(found).all()
    assert time.process_time() - begun < 5  # seconds; a megabyte takes about one


def test_an_ordinary_comment_takes_well_below_a_millisecond(classifier: Classifier) -> None:
    classifier.score([COMMENT])
    took = []
    for _ in range(300):
        begun = time.perf_counter()
        classifier.score([COMMENT])
        took.append(time.perf_counter() - begun)
    assert float(np.quantile(took, 0.1)) < 1e-3  # the quiet tenth: other tests share this machine


def test_threads_share_a_classifier(classifier: Classifier) -> None:
    texts = ["you idiot", COMMENT, "free pills!!!"] * 20
    wanted = classifier.score(texts)
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(np.array_equal(classifier.score(texts), wanted)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 4


def test_a_higher_margin_is_a_higher_probability(classifier: Classifier) -> None:
    margins = np.linspace(-20, 20, 4001)
    for head in classifier.heads:
        assert (np.diff(head.curve(margins)) > 0).all()


@pytest.mark.parametrize("text", ["you stupid idiot!", COMMENT, "1d10t i d i o t \U0001f44d caf\u00e9", ""])
def test_contributions_extras_and_intercept_add_up_to_the_margin(classifier: Classifier, text: str) -> None:
    for column, head in enumerate(classifier.heads):
        extras = float(classifier.ngrams([text]).extras[0] @ head.weights[-len(EXTRAS) :])
        letters = explain.contributions(text, normalise(text), head.weights, classifier.ngrams).sum()
        margin = classifier.margins([text])[0, column]
        assert letters + extras + head.intercept == pytest.approx(margin, abs=1e-4)


@pytest.mark.parametrize(
    "hidden",
    ["idiot", "IDIOT", "i d i o t", "i.d.i.o.t", "1d10t", "id\u200biot", "\u0456di\u043et", "idiooot"],
)
def test_the_strongest_span_is_the_word_that_offends(classifier: Classifier, hidden: str) -> None:
    text = f"\U0001f44d I read about the library and {hidden} is what the reporter is."
    span = classifier.explain(text, "toxicity")[0]
    assert text[span.begin : span.end] == hidden
    assert span.label == "toxicity"
    assert span.weight > 0


def test_spans_come_strongest_first_do_not_overlap_and_are_at_most_top(classifier: Classifier) -> None:
    text = "stupid idiot, pathetic clown, worthless fool, filthy liar, rotten coward"
    spans = classifier.explain(text, "insult", top=3)
    assert len(spans) == 3
    assert [span.weight for span in spans] == sorted((span.weight for span in spans), reverse=True)
    ordered = sorted(spans, key=lambda span: span.begin)
    assert all(a.end <= b.begin for a, b in pairwise(ordered))


def test_a_harmless_text_has_no_span_as_strong_as_an_offending_word(classifier: Classifier) -> None:
    harmless = classifier.explain("You listener, about the harbour bridge.", "toxicity")
    offending = classifier.explain("You idiot, about the harbour bridge.", "toxicity")
    assert max((span.weight for span in harmless), default=0) < offending[0].weight / 2


def test_an_unknown_label_cannot_be_explained(classifier: Classifier) -> None:
    with pytest.raises(KeyError, match="beauty"):
        classifier.explain("text", "beauty")


@given(st.text(st.characters(), max_size=200))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spans_of_any_string_lie_inside_it(classifier: Classifier, text: str) -> None:
    for span in classifier.explain(text, "toxicity"):
        assert 0 <= span.begin < span.end <= len(text)


def test_browsers_count_an_emoji_as_two(classifier: Classifier) -> None:
    text = "\U0001f44d\U0001f44d you idiot"
    span = classifier.explain(text, "toxicity", top=1)[0]
    assert text[span.begin : span.end] == "idiot"
    wide = utf16(text, [span])[0]
    units = text.encode("utf-16-le")
    assert units[2 * wide.begin : 2 * wide.end].decode("utf-16-le") == "idiot"
    assert utf16("ab\U0001f44dc", [Span(2, 4, "spam", 1.0)]) == [Span(2, 5, "spam", 1.0)]


def test_the_shipped_model_has_all_that_the_service_relies_on() -> None:
    shipped = artifact.load(artifact.shipped())
    assert shipped.model_id == artifact.shipped().name
    assert {"toxicity", "spam"} <= set(shipped.labels)
    assert all(
        shipped.limits[label].reject is None for label, kind in shipped.evidence.items() if kind == "weak"
    )
    assert score(shipped, "You are a pathetic idiot.") > 0.8
    assert score(shipped, "Thank you for this clear and helpful article.") < 0.1
    assert sum(file.stat().st_size for file in artifact.shipped().rglob("*")) <= 3_000_000
    assert "## Caveats and recommendations" in Path(artifact.shipped() / "CARD.md").read_text("utf-8")
