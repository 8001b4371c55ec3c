"""The scripts that publishers include: made of the modules beside them, small, and not forgotten."""

import gzip
import re
from pathlib import Path

import pytest

from moderation.web import bundle

LIMIT_BYTES = 15 * 1024


@pytest.mark.parametrize("name", [bundle.EARLY, bundle.LATE])
def test_what_is_served_was_made_of_the_modules_that_are_there(name: str) -> None:
    made = (bundle.STATIC / name).read_text("utf-8")
    assert made.startswith(bundle.first_line(bundle.mark(bundle.sources()))), "run `make embed`"


@pytest.mark.parametrize("name", [bundle.EARLY, bundle.LATE])
def test_script_and_styles_together_are_small(name: str) -> None:
    made = (bundle.STATIC / name).read_bytes()
    assert len(gzip.compress(made, 9)) <= LIMIT_BYTES


def test_the_first_script_needs_nothing_but_the_second() -> None:
    made = bundle.sources()[bundle.EARLY]
    assert made.count("import(") == 1
    assert "import(`${home}later.js?v=${MARK}" in made
    assert "import {" not in made
    assert re.search(r"^import\b|import\(", bundle.sources()[bundle.LATE], re.MULTILINE) is None


def test_what_both_bundles_use_is_handed_over_and_is_in_one_of_them() -> None:
    early, late = bundle.sources().values()
    assert "function el(" in early
    assert "function el(" not in late
    assert "function createNudge(" in late
    assert "function createNudge(" not in early
    handed = early.rsplit("const CORE = { ", 1)[1].split(" }", 1)[0]
    assert "el" in handed.split(", ")
    assert f"export function open({{ {handed} }})" in late


def test_another_sentence_makes_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bundle.mark(bundle.sources())
    for path in bundle.WORDS.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes() + b"\n")
    monkeypatch.setattr(bundle, "WORDS", tmp_path)
    assert bundle.mark(bundle.sources()) != before


def test_two_modules_with_one_name_are_not_joined(tmp_path: Path) -> None:
    (tmp_path / "entry.js").write_text("const LIMIT = other;\n")
    (tmp_path / "other.js").write_text("const LIMIT = 1;\nexport const other = LIMIT;\n")
    with pytest.raises(ValueError, match=r"entry\.js and other\.js both name LIMIT"):
        bundle.joined([tmp_path / "other.js", tmp_path / "entry.js"])
    with pytest.raises(ValueError, match=r"other\.js and the other bundle both name LIMIT"):
        bundle.joined([tmp_path / "other.js"], ["LIMIT"])


@pytest.mark.parametrize("line", ['import * as x from "./y.js";', "export default 1;", "export { a };"])
def test_what_cannot_be_joined_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "entry.js").write_text(f"{line}\n")
    with pytest.raises(ValueError, match="cannot be joined"):
        bundle.joined([tmp_path / "entry.js"])


def test_a_module_stands_after_what_it_imports_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport { c } from "./c.js";\nb(c);\n')
    (tmp_path / "b.js").write_text('import { c } from "./c.js";\nexport function b() { return c; }\n')
    (tmp_path / "c.js").write_text("export const c = 3;\n")
    (tmp_path / "later.js").write_text('import { c } from "./c.js";\nexport const later = { c };\n')
    monkeypatch.setattr(bundle, "ENTRY", tmp_path / "a.js")
    monkeypatch.setattr(bundle, "LATE_ENTRY", tmp_path / "later.js")
    early, late = bundle.sources().values()
    assert early.index("const c = 3") < early.index("function b()") < early.index("b(c);")
    assert early.count("const c = 3") == 1
    assert "const c = 3" not in late
    assert "export" not in early
    assert "export function open({ c }) {" in late
