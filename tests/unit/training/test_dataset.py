"""Reading labelled comments, and splitting them without near-duplicates on both sides."""

import codecs
import gzip
import html
import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.example import Example
from tests import corpus
from training import dataset, split, table


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
        ("a.csv", "text,toxic\nx,nan\n", "line 2: toxic is nan, not between 0 and 1"),
        ("a.csv", "text,toxic\nx,1\nwell, you,0\n", "line 3: the header names 2 columns, this row has 3"),
        ("a.csv", "text,toxic\nx,1\ncut off", "line 3: the header names 2 columns, this row has 1"),
        ("a.csv", 'text,toxic\nx,1\n"never closed,0\ny,1\n', "line 4: unexpected end of data"),
        ("a.csv", "text,toxic\n" + "x" * 10_000_001 + ",1\n", "line 2: field larger than field limit"),
        ("a.csv", "text,toxic,toxic\nx,1,0\n", "line 1: two columns have the same name"),
        ("a.csv", "\ntext,toxic\n", "line 1: a header is missing"),
        ("a.csv", "", "a.csv is empty"),
        ("a.jsonl", '{"text":"x","labels":{"spam":1}}\n\n{"text":', "line 3: Expecting value"),
        ("a.jsonl", "[" * 100_000, "line 1: "),
        ("a.jsonl", '{"text":"x","labels":{"kindness":1}}\n', "line 1: unknown label kindness"),
        ("a.txt", "x", "neither .csv"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, name: str, content: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        dataset.load(path)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ValueError, match=r"folder\.csv is a folder, not a file"):
        dataset.load(tmp_path / "folder.csv")


def test_a_pipe_is_not_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(ValueError, match=r"pipe\.csv is not a file"):
        dataset.load(tmp_path / "pipe.csv")


@pytest.mark.parametrize("damage", ["cut", "flipped", "plain"])
def test_a_damaged_gzip_is_refused(tmp_path: Path, damage: str) -> None:
    plain = "".join(f"sentence number {at},0\n" for at in range(5000)).encode()
    whole = bytearray(gzip.compress(b"text,toxic\n" + plain))
    whole[len(whole) // 2] ^= damage == "flipped"
    path = tmp_path / "some.csv.gz"
    path.write_bytes({"cut": whole[:-2000], "flipped": whole, "plain": plain}[damage])
    with pytest.raises(ValueError, match=r"some.csv.gz is not a whole gzip file; it breaks off in line \d+"):
        dataset.load(path)


def test_a_gzip_that_breaks_off_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "some.csv.gz"
    path.write_bytes(gzip.compress(b"text,toxic\none,0\ntwo,1\n")[:-8])  # all but the checksum at its end
    with pytest.raises(ValueError, match="breaks off in line 4"):
        dataset.load(path)


def test_an_empty_gzip_is_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "some.csv.gz"
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="is empty"):
        dataset.load(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_found_out(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(f'toxic{separator}text\r\n1{separator}"na\xefve;\t,\r\ncaf\xe9"\r\n'.encode(encoding))
    assert dataset.load(path) == [Example("na\xefve;\t,\r\ncaf\xe9", {"toxicity": 1.0}, source="some")]
    assert table.encoding(path) == encoding


def test_a_file_without_a_mark_is_utf_8_only_if_all_of_it_is(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    text = (
        "text,spam\n" + "a line that has nothing special,0\n" * 10_000 + "caf\xe9,"
    )  # the letter stands in another chunk
    path.write_bytes(text.encode() + b"1\n")
    assert (table.encoding(path), dataset.load(path)[-1].text) == ("utf-8", "caf\xe9")
    path.write_bytes(text.encode("cp1252") + b"1\n")
    assert (table.encoding(path), dataset.load(path)[-1].text) == ("cp1252", "caf\xe9")


@pytest.mark.parametrize("start", ["", "x"])
def test_a_letter_on_the_border_of_two_chunks_is_one_letter(tmp_path: Path, start: str) -> None:
    path = tmp_path / "some.csv"
    path.write_text(f"text\n{start}" + "\xe9" * table.CHUNK, encoding="utf-8")
    assert table.encoding(path) == "utf-8"


def test_a_letter_cut_off_by_the_end_is_no_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(b"text\nx\xc3")
    assert [example.text for example in dataset.load(path)] == ["x\xc3"]


@pytest.mark.parametrize("start", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_bytes_that_mean_nothing_never_crash(tmp_path: Path, start: bytes) -> None:
    header = "text\n".encode({2: "utf-16-le"}.get(len(start), "utf-8"))
    if start == codecs.BOM_UTF16_BE:
        header = "text\n".encode("utf-16-be")
    path = tmp_path / "some.csv"
    path.write_bytes(start + header + bytes(byte for byte in range(256) if byte not in b'",\r\n') + b"\xff")
    assert "\ufffd" in "".join(example.text for example in dataset.load(path))


def test_an_error_says_that_the_encoding_was_guessed(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(b"text,spam\ncaf\xe9,2\n")
    with pytest.raises(ValueError, match=r"some.csv \(read as cp1252\), line 2: spam is 2"):
        dataset.load(path)


def test_empty_lines_and_values_left_empty_at_the_end_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("text,spam,source\n\na,,\n,,,\n", encoding="utf-8")
    assert [example.text for example in dataset.load(path)] == ["a", ""]


def test_rows_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("text,spam\na,0\nb,2\n", encoding="utf-8")
    rows = dataset.stream(path)
    assert next(rows).text == "a"  # the bad line has not been reached
    with pytest.raises(ValueError, match="line 3"):
        next(rows)


def test_gzipped_json_lines_are_read(tmp_path: Path) -> None:
    plain = corpus.write(tmp_path / "some.jsonl", corpus.generate(5))
    packed = tmp_path / "some.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert dataset.load(packed) == dataset.load(plain)


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


@given(st.lists(st.text(st.sampled_from("aZ9\u212a\u0130\xdf.&;lt\ud800"), max_size=140), max_size=12))
def test_groups_are_those_of_the_written_definition(texts: list[str]) -> None:
    def defined(text: str) -> set[str]:
        letters = re.sub("[^a-z0-9]", "", html.unescape(text).lower())
        if len(letters) < 12:
            return {"=" + text}
        return {letters} | ({"<" + letters[:60], ">" + letters[-60:]} if len(letters) >= 60 else set())

    numbers = list(range(len(texts)))
    for _ in texts:  # slow and plain: spread the lowest number until nothing changes any more
        for one, text in enumerate(texts):
            alike = [other for other, it in enumerate(texts) if defined(text) & defined(it)]
            numbers[one] = min(numbers[other] for other in alike)
    assert dataset.groups(texts) == numbers
    assert [{key.decode("utf-8", "surrogatepass") for key in dataset.keys(text)} for text in texts] == [
        defined(text) for text in texts
    ]


def test_nothing_has_no_groups() -> None:
    assert dataset.groups([]) == []


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
