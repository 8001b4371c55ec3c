"""The teacher's answers belong to the texts they were given for, and to no others."""

from pathlib import Path

import numpy as np
import pytest

from models.example import Example
from tests import corpus
from training import distil

LEARNT = corpus.generate(300, seed=5)


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "teacher.npz"
    monkeypatch.setattr(distil, "ANSWERS", path)
    monkeypatch.setattr(distil, "MIXED", 200)
    monkeypatch.setattr(distil, "PROBED", 20)
    return path


def test_the_same_examples_give_the_same_texts(answers: Path) -> None:
    texts = distil.transfer(LEARNT)
    assert len(texts) == 200 + 20 * distil.TIMES
    assert distil.transfer(LEARNT) == texts
    assert distil.transfer(LEARNT[:-20]) != texts


def test_texts_are_cut_from_examples_and_mixed_with_their_words(answers: Path) -> None:
    known = {piece for example in LEARNT for piece in example.text.split()}
    words = {word.lower() for piece in known for word in distil.WORD.findall(piece)}
    for text in distil.transfer(LEARNT)[: distil.MIXED]:
        assert all(piece in known or piece in words for piece in text.split())


def test_an_answer_that_is_unsure_is_a_yes_and_a_no(answers: Path) -> None:
    texts = distil.transfer(LEARNT)
    margins = np.zeros(len(texts))
    margins[0], margins[1] = 9.0, -9.0
    distil.save(texts, margins, answers)
    made = distil.examples(LEARNT)
    assert [(e.text, e.labels["toxicity"], e.weight) for e in made[:4]] == [
        (texts[0], 1.0, 1.0),
        (texts[1], 0.0, 1.0),
        (texts[2], 1.0, 0.5),
        (texts[2], 0.0, 0.5),
    ]
    assert {e.source for e in made} == {distil.SOURCE}


def test_answers_about_other_data_teach_nothing(answers: Path) -> None:
    assert distil.examples(LEARNT) == []
    texts = distil.transfer(LEARNT)
    distil.save(texts, np.zeros(len(texts)), answers)
    assert len(distil.examples(LEARNT)) == 2 * len(texts)
    assert distil.examples([*LEARNT, Example("one more comment than it was asked about", {})]) == []


def test_examples_that_are_too_few_give_no_texts() -> None:
    assert distil.transfer([Example("hi", {"toxicity": 0.0})]) == []
