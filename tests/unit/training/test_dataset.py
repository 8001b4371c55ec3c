"""Reading labelled comments, and splitting them without near-duplicates on both sides."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from models.example import Example
from tests import corpus
from training import dataset, split


def test_a_csv_is_read_with_its_labels_under_our_names(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text('text,toxic,obscene,threat,source\n"a, b",1,0.5,,news\nc,0,,0,\n', encoding="utf-8")
    assert dataset.load(path) == [
        Example("a, b", {"toxicity": 1.0, "profanity": 0.5}, source="news"),
        Example("c", {"toxicity": 0.0, "threat": 0.0}, source="some"),
    ]


def test_a_gzipped_csv_with_a_byte_order_mark_and_broken_bytes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "some.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbftext,spam\ncaf\xe9,1\n"))
    assert dataset.load(path) == [Example("caf\ufffd", {"spam": 1.0}, source="some")]


def test_a_column_called_toxic_can_mean_spam(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("text,toxic,split\nbuy,1,video\n", encoding="utf-8")
    assert dataset.load(path, label="spam")[0].labels == {"spam": 1.0}
    assert dataset.load(path)[0].thread == "video"


def test_json_lines_are_read_as_they_were_written(tmp_path: Path) -> None:
    examples = corpus.generate(20)
    assert dataset.load(corpus.write(tmp_path / "some.jsonl", examples)) == examples


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "comment,toxic\nx,1\n", "no column called text"),
        ("a.csv", "text,toxic\nx,2\n", "line 2: toxic is 2, not between 0 and 1"),
        ("a.csv", "text,toxic\nx,1\ny,maybe\n", "line 3"),
        ("a.txt", "x", "neither .csv"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, name: str, content: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        dataset.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a file"):
        dataset.load(tmp_path / "none.csv")


def test_near_duplicates_share_a_group_also_through_others() -> None:
    long = "this sentence is repeated so that it has many more than sixty letters in the end, all the same"
    texts = ["Hello, dear world!", "hello dear WORLD", long, f"{long} and more", f"first, {long}", "all else"]
    groups = dataset.groups(texts)
    assert groups[0] == groups[1]
    assert groups[2] == groups[3] == groups[4]
    assert len(set(groups)) == 3


def test_short_texts_are_duplicates_only_if_equal() -> None:
    groups = dataset.groups(["ok!", "OK?", "ok!", "\U0001f44d"])
    assert groups[0] == groups[2]
    assert len(set(groups)) == 3


def test_no_near_duplicate_stands_on_two_sides() -> None:
    examples = [Example(f"{e.text}{'!' * (at % 3)}", e.labels) for at, e in enumerate(corpus.generate(600))]
    examples += [Example(e.text.upper(), e.labels) for e in examples]
    parts = split.parts(examples, seed=1)
    where: dict[int, set[str]] = {}
    for group, part in zip(dataset.groups(e.text for e in examples), parts, strict=True):
        where.setdefault(group, set()).add(part)
    assert all(len(found) == 1 for found in where.values())


def test_parts_have_about_their_shares_and_depend_on_the_seed() -> None:
    examples = [Example(f"sentence number {at} of a thousand", {"spam": 0.0}) for at in range(1000)]
    parts = np.array(split.parts(examples, seed=0))
    assert (parts == "fit").mean() == pytest.approx(0.85, abs=0.03)
    assert (parts == "examine").mean() == pytest.approx(0.075, abs=0.03)
    assert parts.tolist() != split.parts(examples, seed=1)


def test_examples_like_the_kept_ones_are_found() -> None:
    kept = [Example("Hello, dear world!", {"spam": 0.0})]
    other = [Example("hello dear world", {"spam": 0.0}), Example("something else entirely", {"spam": 0.0})]
    assert split.shared_groups(kept, other) == [True, False]
