"""The whole run: the same twice, from files or from decisions alone, through the command line."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import artifact
from models.classifier import Classifier
from models.example import Example
from tests import corpus
from training import correction, recipe

ODD = "The gull report is out."


def silent(line: str) -> None:
    del line


def score(classifier: Classifier, text: str, label: str = "toxicity") -> float:
    return float(classifier.score([text])[0, classifier.labels.index(label)])


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "training", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def decisions(path: Path, text: str, labels: dict[str, float], *, count: int = 40) -> Path:
    examples = [
        Example(f"{text} Number {at}.", labels, probability=0.5, author=f"a{at}") for at in range(count)
    ]
    return corpus.write(path, examples)


def test_the_same_corpus_and_seed_make_the_same_model(tmp_path: Path) -> None:
    data = corpus.write(tmp_path / "corpus.jsonl", corpus.generate(1000))
    made = [
        recipe.fit(recipe.Plan(tmp_path / out, data, recipe="trial", jobs=jobs), silent)
        for out, jobs in (("a", 1), ("b", 2))
    ]
    assert made[0].name == made[1].name
    other = recipe.fit(recipe.Plan(tmp_path / "c", data, recipe="trial", seed=1), silent)
    assert other.name != made[0].name


def test_a_label_with_too_few_examples_gets_no_head(tmp_path: Path) -> None:
    examples = [Example(e.text, {"toxicity": e.labels["toxicity"]}) for e in corpus.generate(400)]
    examples += [Example(f"spam {at}", {"spam": 1.0}) for at in range(5)]
    data = corpus.write(tmp_path / "corpus.jsonl", examples)
    made = artifact.load(recipe.fit(recipe.Plan(tmp_path, data, recipe="trial"), silent))
    assert made.labels == ("toxicity",)
    assert made.evidence == {"toxicity": "human"}


def test_data_and_decisions_are_learnt_together(tmp_path: Path) -> None:
    data = corpus.write(tmp_path / "corpus.jsonl", corpus.generate(1000))
    labels = decisions(tmp_path / "labels.jsonl", ODD, {"toxicity": 0.0})
    plain = artifact.load(recipe.fit(recipe.Plan(tmp_path, data, recipe="trial"), silent))
    both = artifact.load(recipe.fit(recipe.Plan(tmp_path, data, (labels,), recipe="trial"), silent))
    assert score(both, ODD) < score(plain, ODD) - 0.3
    assert "labels.jsonl" in both.manifest["data"]


@pytest.mark.parametrize(("decided", "text"), [(1.0, ODD), (0.0, "You stupid idiot of a teapot.")])
def test_decisions_alone_move_a_score_their_way_and_forget_nothing(
    folder: Path, classifier: Classifier, tmp_path: Path, decided: float, text: str
) -> None:
    labels = decisions(tmp_path / "labels.jsonl", text, {"toxicity": decided})
    made = artifact.load(correction.fit(recipe.Plan(tmp_path, None, (labels,), folder), silent))
    before, after = score(classifier, text), score(made, text)
    assert abs(after - decided) < abs(before - decided) - 0.2
    others = [example.text for example in corpus.generate(300, seed=77)]
    column = made.labels.index("toxicity")
    was, now = classifier.score(others)[:, column] > 0.5, made.score(others)[:, column] > 0.5
    assert (was == now).mean() > 0.97
    spam = made.labels.index("spam")
    assert np.array_equal(made.score(others)[:, spam], classifier.score(others)[:, spam])
    assert made.manifest["base"] == classifier.model_id
    assert made.limits == classifier.limits


def test_the_same_decisions_make_the_same_correction(folder: Path, tmp_path: Path) -> None:
    labels = decisions(tmp_path / "labels.jsonl", ODD, {"toxicity": 1.0})
    made = [correction.fit(recipe.Plan(tmp_path / out, None, (labels,), folder), silent) for out in "ab"]
    assert made[0].name == made[1].name


def test_a_single_decision_is_enough(folder: Path, tmp_path: Path) -> None:
    labels = decisions(tmp_path / "labels.jsonl", ODD, {"toxicity": 1.0}, count=1)
    made = artifact.load(correction.fit(recipe.Plan(tmp_path, None, (labels,), folder), silent))
    assert score(made, ODD) > score(artifact.load(folder), ODD)


def test_decisions_about_unknown_labels_alone_are_refused(folder: Path, tmp_path: Path) -> None:
    labels = decisions(tmp_path / "labels.jsonl", ODD, {"sexually_explicit": 1.0})
    with pytest.raises(ValueError, match="none of the labels"):
        correction.fit(recipe.Plan(tmp_path, None, (labels,), folder), silent)


def test_the_command_line_fits_evaluates_compares_and_writes_the_card(tmp_path: Path) -> None:
    data = corpus.write(tmp_path / "corpus.jsonl", corpus.generate(800))
    fitted = run(
        "fit",
        "--data",
        data,
        "--recipe",
        "trial",
        "--out",
        tmp_path / "out",
        "--name",
        "small",
        "--seed",
        "4",
    )
    assert fitted.returncode == 0, fitted.stderr
    folder = Path(fitted.stdout.splitlines()[-1])
    assert folder.name.startswith("small-")
    assert "fitted toxicity" in fitted.stderr
    assert "| toxicity | human |" in (folder / "CARD.md").read_text("utf-8")
    measured = run("evaluate", folder, "--data", data, "--draws", "5")
    assert json.loads(measured.stdout)["toxicity"]["all"]["auc"][0] > 0.9
    compared = run("compare", folder, folder, "--data", data, "--draws", "5")
    assert json.loads(compared.stdout)["toxicity"]["auc"] == [0, 0, 0]
    (folder / "CARD.md").unlink()
    assert run("card", folder).returncode == 0
    assert (folder / "CARD.md").is_file()


def test_decisions_and_a_base_are_fitted_from_the_command_line(folder: Path, tmp_path: Path) -> None:
    labels = decisions(tmp_path / "labels.jsonl", ODD, {"toxicity": 1.0})
    fitted = run("fit", "--labels", labels, "--base", folder, "--out", tmp_path / "out")
    assert fitted.returncode == 0, fitted.stderr
    assert artifact.load(Path(fitted.stdout.splitlines()[-1])).manifest["base"] == folder.name


def test_a_refusal_is_one_sentence_and_status_1(tmp_path: Path) -> None:
    nothing = run("fit", "--out", tmp_path)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr.strip() == (
        "there is nothing to learn from: give --data, or --labels, with at least one example"
    )
    (tmp_path / "bad.jsonl").write_text("{}\n", encoding="utf-8")
    bad = run("fit", "--labels", tmp_path / "bad.jsonl", "--out", tmp_path)
    assert bad.returncode == 1
    assert "line 1: text is missing" in bad.stderr
    assert "Traceback" not in bad.stderr


def test_wrong_usage_is_status_2() -> None:
    assert run("fit", "--speed", "11").returncode == 2
