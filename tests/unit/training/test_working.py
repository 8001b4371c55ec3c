"""A score step by step, and the page for newsrooms that quotes one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from models import artifact
from models.classifier import Classifier
from models.text import normalise
from training.working import steps, words

ROOT = Path(__file__).parents[3]
README = ROOT / "models" / "README.md"
QUOTED = re.compile(
    r'^<!-- python -m training explain models/shipped/\* "(.+)" -->\n(.+?)\n\n## ', re.DOTALL | re.MULTILINE
)
NUMBER = re.compile(r"[-+]?\d+\.\d+")


@pytest.mark.parametrize("text", ["", "You f.o.o.l  of a\tteapot!!", " \u200bA\u0301 ", "\U0001f600" * 3])
def test_words_and_what_was_counted_add_up_to_the_margin(classifier: Classifier, text: str) -> None:
    found = words(classifier, text, "toxicity")
    assert "".join(word for word, _ in found) == normalise(text).text.replace(" ", "")
    head = classifier.heads[classifier.labels.index("toxicity")]
    extras = classifier.ngrams([text]).extras[0] @ head.weights[classifier.ngrams.extras_from :]
    margin = classifier.margins([text])[0, classifier.labels.index("toxicity")]
    assert sum(weight for _, weight in found) + extras + head.intercept == pytest.approx(margin, abs=1e-3)


def test_every_step_is_shown(classifier: Classifier) -> None:
    shown = "\n".join(steps(classifier, "You f.o.o.l", "toxicity"))
    assert "| normalise | you fool |" in shown
    assert "| disguises undone | 1 |" in shown
    assert '| the n-grams of "fool" add | +' in shown
    probability = classifier.score(["You f.o.o.l"])[0, classifier.labels.index("toxicity")]
    assert shown.endswith(f"| calibrated: the probability | {probability:.3f} |")


def test_a_sign_that_would_break_the_table_is_escaped(classifier: Classifier) -> None:
    assert "| normalise | a \\| b |" in list(steps(classifier, "a | b", "toxicity"))


def test_an_unknown_label_is_refused_with_a_sentence(classifier: Classifier) -> None:
    with pytest.raises(ValueError, match="has no label weather; it has toxicity"):
        list(steps(classifier, "Hello", "weather"))


def test_whatever_the_page_for_newsrooms_names_is_there() -> None:
    named = re.findall(r"\]\(([^)#]+)\)", README.read_text("utf-8"))
    assert len([name for name in named if name.endswith(".png")]) >= 6
    assert [name for name in named if not (README.parent / name).exists()] == []


def test_the_page_for_newsrooms_shows_the_shipped_model() -> None:
    text = README.read_text("utf-8")
    shipped = artifact.shipped()
    assert set(re.findall(r"[a-z]+-[0-9a-f]{12}", text)) == {shipped.name}
    found = QUOTED.search(text)
    assert found
    now = "\n".join(steps(artifact.load(shipped), found[1], "toxicity"))
    assert NUMBER.sub("#", found[2]) == NUMBER.sub("#", now)
    # Other processors round differently in the last digits.
    assert list(map(float, NUMBER.findall(found[2]))) == pytest.approx(
        list(map(float, NUMBER.findall(now))), abs=0.02
    )


def test_the_lines_of_python_on_the_page_run() -> None:
    code = re.search(r"^```python\n(.+?)^```", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert code
    assert len([line for line in code[1].splitlines() if line]) <= 5
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code[1]], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "'toxicity': 0.9" in done.stdout
