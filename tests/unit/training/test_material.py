"""The folder of public data: sources that mean different things, and evidence that is only weak."""

import csv
import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from models import artifact
from models.example import Example
from tests import corpus
from training import distil, lessons, material, recipe, sentences, slips, weak

LIST = (
    ("idiot", "other / general insult", 1.2),
    ("moron", "other / general insult", 1.2),
    ("clown", "other / general insult", 2.2),
    ("damn", "bodily fluids / excrement", 1.0),
    ("arse", "sexual anatomy / sexual acts", 1.2),
    ("frobnicate", "sexual anatomy / sexual acts", 2.0),
    ("two words", "sexual anatomy / sexual acts", 2.0),
    ("gnarl", "racial / ethnic slurs", 2.6),
)


def write_csv(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    rows = list(rows)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def row(example: Example, source: str, *, witness: bool) -> dict[str, object]:
    insulted = example.labels.get("insult", 0.0) if witness else ""
    return {"text": example.text, "toxic": example.labels["toxicity"], "insult": insulted, "source": source}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out as the public data are, with sentences of the generated corpus."""
    place = tmp_path_factory.mktemp("data")
    comments = [e for e in corpus.generate(6000, seed=3) if e.labels["spam"] == 0]
    witnesses = [row(e, "jigsaw_sublabel_sample", witness=True) for e in comments[:600]]
    others = [row(e, "jigsaw_wiki", witness=False) for e in comments[600:4500]]
    tweets = [row(e, "davidson", witness=False) for e in comments[4500:4700]]
    write_csv(place / "train.csv.gz", witnesses + others + tweets)
    write_csv(place / "valid.csv.gz", [row(e, "jigsaw_wiki", witness=True) for e in comments[4700:]])
    sold = corpus.generate(1200, seed=4)
    videos = [{"text": e.text, "toxic": e.labels["spam"], "split": "01-Psy"} for e in sold[:600]]
    unseen = [
        {"text": e.text, "toxic": e.labels["spam"], "split": material.UNSEEN_VIDEO} for e in sold[600:900]
    ]
    write_csv(place / "spam_youtube.csv.gz", videos + unseen)
    write_csv(place / "spam_sms.csv.gz", [{"text": e.text, "toxic": e.labels["spam"]} for e in sold[900:]])
    with (place / "profanity_severity.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["text", "canonical_form_1", "category_1", "severity_rating"])
        writer.writerows((word, word, category, severity) for word, category, severity in LIST)
    return place


def test_a_folder_becomes_a_model_whose_weak_heads_say_so_and_never_refuse(
    data: Path, tmp_path: Path
) -> None:
    made = artifact.load(recipe.fit(recipe.Plan(tmp_path, data, recipe="trial"), lambda _: None))
    assert made.evidence["toxicity"] == made.evidence["spam"] == "human"
    assert made.evidence["insult"] == "weak"
    assert made.limits["insult"].reject is None
    assert made.manifest["metrics"]["insult"]["wikipedia_sublabels"]["auc"][0] > 0.9
    assert made.manifest["metrics"]["toxicity"]["jigsaw_wiki"]["auc"][0] > 0.9
    assert set(made.manifest["data"]) == {path.name for path in data.iterdir()}
    assert made.manifest["recipe"]["sources"][sentences.SOURCE] > 300


def test_sub_labels_of_people_never_teach_a_weak_head(data: Path) -> None:
    gathered = material.gather(data, (), seed=0)
    insult = next(lesson for lesson in lessons.plan(gathered) if lesson.label == "insult")
    witnesses = np.array([e.source == "jigsaw_sublabel_sample" for e in gathered.examples])
    assert insult.evidence == "weak"
    assert not any(weight[witnesses].any() for _, weight in insult.views)
    assert set(insult.held) <= set(np.flatnonzero(witnesses))


def test_nothing_that_examines_teaches_or_calibrates(data: Path) -> None:
    gathered = material.gather(data, (), seed=0)
    examined = gathered.rows(material.EXAMINE)
    for lesson in lessons.plan(gathered):
        assert not any(weight[examined].any() for _, weight in lesson.views)
        assert not set(lesson.held) & set(examined)
    unseen = [row for row, e in enumerate(gathered.examples) if e.thread == material.UNSEEN_VIDEO]
    assert set(unseen) <= set(examined)


def test_toxicity_is_learnt_in_views_of_what_other_domains_and_our_sentences_weigh(data: Path) -> None:
    gathered = material.gather(data, (), seed=0)
    sources = np.array([e.source.partition("/")[0] for e in gathered.examples])
    toxicity = next(lesson for lesson in lessons.plan(gathered) if lesson.label == "toxicity")
    fit = np.array(gathered.parts) == material.FIT
    # The last view is the teacher's, who has said nothing about these data.
    for view, (share, weight) in zip(material.VIEWS[:-1], toxicity.views, strict=True):
        assert share == view.share
        assert set(weight[fit & (sources == "jigsaw_wiki")]) == {1.0}
        assert set(weight[fit & (sources == "davidson")]) == {view.auxiliary}
        assert set(weight[fit & (sources == "sentences")]) == {0.0, view.own}
    assert sum(view.share for view in material.VIEWS) == pytest.approx(1)


def test_a_teachers_answers_are_a_view_of_their_own(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distil, "MIXED", 400)
    monkeypatch.setattr(distil, "ANSWERS", tmp_path / "teacher.npz")
    examples, parts = material.public(material.public_files(data), seed=0)
    learnt = [e for e, part in zip(examples, parts, strict=True) if part == material.FIT]
    texts = distil.transfer(learnt)
    distil.save(texts, np.where(np.arange(len(texts)) % 2, 5.0, -5.0), distil.ANSWERS)
    gathered = material.gather(data, (), seed=0)
    views = lessons.plan(gathered)[0].views
    is_answer = np.array([e.source == distil.SOURCE for e in gathered.examples])
    is_copy = np.array([e.source == slips.PREFIX + distil.SOURCE for e in gathered.examples])
    assert is_answer.sum() == len(texts)
    assert 0.3 < is_copy.sum() / len(texts) < 0.5
    is_taught = is_answer | is_copy
    assert [bool(weight[is_taught].any()) for _, weight in views] == [False, False, True]
    assert not views[2][1][~is_taught].any()


def test_a_file_of_one_kind_is_looked_at_once(tmp_path: Path) -> None:
    file = corpus.write(tmp_path / "corpus.jsonl", corpus.generate(300))
    toxicity = lessons.plan(material.gather(file, (), seed=0))[0]
    assert len(toxicity.views) == 1


def test_a_decision_weighs_more_and_undoes_the_bias_of_sampling(tmp_path: Path) -> None:
    labels = corpus.write(
        tmp_path / "labels.jsonl", [Example("hello there", {"spam": 0.0}, weight=2, probability=0.5)]
    )
    gathered = material.gather(None, (labels,), seed=0)
    assert material.judgements(gathered, "spam")[1].tolist() == [
        2 / 0.5 * material.WEIGHTS[material.DECISIONS]
    ]


def test_a_folder_without_anything_to_learn_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"has no train\.csv\.gz and no other"):
        material.gather(tmp_path, (), seed=0)


def test_a_folder_may_lack_all_but_something_to_learn_from(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "fetched.csv.gz",
        [row(e, "jigsaw_davidson", witness=False) for e in corpus.generate(600, seed=8)],
    )
    gathered = material.gather(tmp_path, (), seed=0)
    assert gathered.words is None
    assert set(gathered.parts) == {material.FIT, material.CALIBRATE, material.EXAMINE}
    assert set(gathered.checksums) == {"fetched.csv.gz"}


def words(data: Path) -> weak.Words:
    return weak.read_words(data / "profanity_severity.csv")


def judged(data: Path, text: str, toxic: float, source: str = "jigsaw_wiki") -> dict[str, float]:
    found = weak.judge(Example(text, {"toxicity": toxic}, source=source), words(data))
    return {label: value for label, (value, _) in found.items()}


def test_weak_evidence_says_what_words_and_phrases_say(data: Path) -> None:
    assert judged(data, "what a 1d10t", 1)["profanity"] == 1
    assert judged(data, "a lovely day", 0) == dict.fromkeys(
        ("profanity", "sexually_explicit", "severe_toxicity", "threat", "identity_attack", "insult"), 0.0
    )
    assert judged(data, "I will find and kill you", 1)["threat"] == 1
    assert judged(data, "I will find and kill you", 0)["threat"] == 0
    assert judged(data, "let us say two words", 0)["sexually_explicit"] == 1
    assert judged(data, "you clown", 1)["severe_toxicity"] == 1
    assert judged(data, "you gnarl", 1)["identity_attack"] == 1
    assert judged(data, "anything", 1, "edos")["identity_attack"] == 1
    assert "insult" not in judged(data, "anything", 1, "edos")


def test_a_thin_label_hears_no_from_a_part_that_stands_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "MOST_NO", 50)
    target = (np.arange(400) < 100).astype(float)
    weight = np.where(np.arange(400) % 2, 1.0, 0.5)
    thin = lessons.thinned(weight, target)
    assert np.array_equal(thin[:100], weight[:100])
    assert np.count_nonzero(thin[100:]) == 50
    assert thin[100:].sum() == pytest.approx(weight[100:].sum())


def test_each_view_of_toxicity_learns_from_a_beginning(data: Path) -> None:
    toxicity = lessons.plan(material.gather(data, (), seed=0))[0]
    for _, weight in toxicity.views:
        taught = np.flatnonzero(weight)
        assert taught.tolist() == list(range(len(taught)))
