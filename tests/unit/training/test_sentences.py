"""Sentences of our own: labelled, varied, and balanced, so that only the frame tells kind from cruel."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models.example import Example
from models.labels import LABELS
from training import sentences
from training.sentences import language as languages

PERCENT = 0.01
Counts = dict[str, list[tuple[int, int]]]  # list -> (kind, cruel) of each term


@pytest.fixture(scope="module")
def made() -> list[Example]:
    return sentences.examples(seed=0)


def is_toxic(example: Example) -> bool:
    return example.labels["toxicity"] >= 0.5


def test_the_same_seed_writes_the_same_sentences(made: list[Example]) -> None:
    assert sentences.examples(seed=0) == made
    assert sentences.examples(seed=1)[:100] != made[:100]


def test_no_sentence_is_written_twice(made: list[Example]) -> None:
    assert len({example.text for example in made}) == len(made)


def test_every_kind_gives_what_its_share_asks_for(made: list[Example]) -> None:
    kinds = languages.read("en").kinds
    total = sum(kind.share for kind in kinds)
    found = Counter(example.source for example in made)
    for kind in kinds:
        assert found[f"sentences/{kind.name}"] >= sentences.COUNT * kind.share / total - 1
    assert abs(len(made) - sentences.COUNT) <= len(kinds)


def test_fewer_sentences_keep_the_shares(made: list[Example]) -> None:
    few = sentences.examples(seed=0, count=1000)
    assert abs(len(few) - 1000) <= len(languages.read("en").kinds)
    share = sum(map(is_toxic, made)) / len(made)
    assert sum(map(is_toxic, few)) / len(few) == pytest.approx(share, abs=2 * PERCENT)
    assert 0.4 < share < 0.6


def test_every_frame_is_used_and_named(made: list[Example]) -> None:
    threads = {example.thread for example in made}
    kinds = languages.read("en").kinds
    assert threads == {f"{kind.name}/{at}" for kind in kinds for at in range(len(kind.frames))}


def test_every_kind_has_many_frames() -> None:
    fewest = min(languages.read("en").kinds, key=lambda kind: len(kind.frames))
    assert len(fewest.frames) >= 30, fewest.name


def test_labels_are_known_and_certain_except_for_mild_swearing(made: list[Example]) -> None:
    for example in made:
        assert set(example.labels) <= set(LABELS)
        values = set(example.labels.values()) - {0.0, 1.0}
        assert values <= ({0.3} if example.source == "sentences/mild_profanity" else set())


def test_nothing_is_left_unfilled(made: list[Example]) -> None:
    assert not [example.text for example in made if set("{}[]|") & set(example.text)]


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("groups", 120),
        ("identities", 120),
        ("names", 100),
        ("workers", 80),
        ("things", 150),
        ("good", 150),
        ("bad", 150),
        ("insults", 150),
    ],
)
def test_the_lists_are_broad(name: str, least: int) -> None:
    assert len(languages.read("en").terms[name].rows) >= least


def test_every_group_is_named_about_as_often_kindly_as_cruelly(counts: Counts) -> None:
    pairs = [*counts["groups"], *counts["identities"]]
    ratios = sorted(cruel / kind for kind, cruel in pairs)
    # A few ("old", "woman") are also words of frames, so these are not dealt as evenly.
    assert sum(0.5 <= ratio <= 2 for ratio in ratios) / len(ratios) > 0.97
    assert 0.2 < ratios[0] <= ratios[-1] < 3
    kind, cruel = np.sum(pairs, axis=0)
    assert cruel / kind == pytest.approx(1, abs=10 * PERCENT)


@pytest.mark.parametrize("name", ["bad", "insults", "good", "names", "workers", "kindness", "hatred", "harm"])
def test_nearly_every_word_about_people_stands_in_kind_and_in_cruel_sentences(
    counts: Counts, name: str
) -> None:
    both = [min(pair) > 0 for pair in counts[name]]
    assert sum(both) / len(both) > 0.95


@pytest.fixture(scope="module")
def counts(made: list[Example]) -> Counts:
    """How many kind and how many cruel sentences each term stands in, in whichever form."""
    terms = languages.read("en").terms
    lists = (
        "groups",
        "identities",
        "bad",
        "insults",
        "good",
        "names",
        "workers",
        "kindness",
        "hatred",
        "harm",
    )
    rows = [(name, row) for name in lists for row in terms[name].rows]
    owners: dict[str, list[int]] = {}
    for at, (_, row) in enumerate(rows):
        for form in {form.lower() for form in row} - {languages.MISSING}:
            owners.setdefault(form, []).append(at)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(owners, key=len, reverse=True)))})\b")
    found = np.zeros((len(rows), 2), np.intp)
    for example in made:
        for form in set(pattern.findall(example.text.lower())):
            found[owners[form], int(is_toxic(example))] += 1
    return {name: [tuple(found[at]) for at, row in enumerate(rows) if row[0] == name] for name in lists}


def test_a_choice_may_be_empty_and_slots_may_stand_in_it() -> None:
    assert languages.frame("{people} are [very|] [{bad}|so so]") == (
        ("", "people", " are very ", "bad", ""),
        ("", "people", " are very so so"),
        ("", "people", " are ", "bad", ""),
        ("", "people", " are so so"),
    )


def test_an_article_is_mended_where_the_term_begins_with_a_vowel(made: list[Example]) -> None:
    texts = " ".join(example.text.lower() for example in made)
    assert " an idiot" in texts
    assert " a european" in texts
    assert not re.search(r"\ba (?:idiot|american|elderly|hour|unemployed)", texts)
    assert not re.search(r"\ban (?:european|user|ukrainian|ugandan)", texts)


def test_an_unknown_language_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="in the language xx"):
        sentences.examples(seed=0, language="xx")


LANGUAGE = {
    "kinds.toml": "[toxic.hate]\nshare = 1\nlabels = { toxicity = 1 }\n[kind.love]\nshare = 1\n"
    "labels = { toxicity = 0 }\n",
    "terms/trimmings.txt": "forms: opening / ending / remark\na / b / c\n",
    "terms/groups.txt": "# heading\nforms: people\nwir | ihr | {opening}\n",
    "frames/hate.txt": "pfui, {people}\n",
    "frames/love.txt": "gut, {people}\n",
}
BROKEN = [
    ("frames/hate.txt", "pfui, {leute}\n", "frames/hate.txt: unknown slot leute"),
    ("terms/groups.txt", "forms: people\n{leute}\n", "terms/groups.txt: unknown slot leute"),
    ("terms/groups.txt", "forms: people\nwir / uns\n", "has not the forms people"),
    ("terms/groups.txt", "wir\n", "does not begin with its forms"),
    ("frames/love.txt", "gut, [sehr|\n", "a bracket is left open"),
    ("kinds.toml", LANGUAGE["kinds.toml"].replace("toxicity = 1", "rude = 1"), "unknown label rude"),
]


def written(place: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


def test_another_language_is_a_folder_and_no_code(tmp_path: Path) -> None:
    found = languages.load(written(tmp_path, LANGUAGE))
    assert [kind.name for kind in found.kinds] == ["hate", "love"]
    assert found.slots()["people"] == ("groups", 0)


@pytest.mark.parametrize(("file", "text", "reason"), BROKEN)
def test_what_does_not_fit_together_is_refused(tmp_path: Path, file: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        languages.load(written(tmp_path, {**LANGUAGE, file: text}))
