"""The script that publishers include: one file, made of the modules beside it, small, and not forgotten."""

import gzip
from pathlib import Path

import pytest

from moderation.web import bundle

LIMIT_BYTES = 15 * 1024


def test_what_is_served_was_made_of_the_modules_that_are_there() -> None:
    made = bundle.BUNDLE.read_text("utf-8")
    assert made.startswith(bundle.mark(bundle.joined())), "run `make embed`"


def test_script_and_styles_together_are_small_and_need_nothing_else() -> None:
    made = bundle.BUNDLE.read_bytes()
    assert len(gzip.compress(made, 9)) <= LIMIT_BYTES
    assert b"import(" not in made
    assert b"import {" not in bundle.joined().encode()


def test_two_modules_with_one_name_are_not_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "entry.js").write_text('import { other } from "./other.js";\nconst LIMIT = other;\n')
    (tmp_path / "other.js").write_text("const LIMIT = 1;\nexport const other = LIMIT;\n")
    monkeypatch.setattr(bundle, "ENTRY", tmp_path / "entry.js")
    with pytest.raises(ValueError, match=r"entry\.js and other\.js both name LIMIT"):
        bundle.joined()


@pytest.mark.parametrize("line", ['import * as x from "./y.js";', "export default 1;", "export { a };"])
def test_what_cannot_be_joined_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    (tmp_path / "entry.js").write_text(f"{line}\n")
    monkeypatch.setattr(bundle, "ENTRY", tmp_path / "entry.js")
    with pytest.raises(ValueError, match="cannot be joined"):
        bundle.joined()


def test_a_module_stands_after_what_it_imports_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport { c } from "./c.js";\nb(c);\n')
    (tmp_path / "b.js").write_text('import { c } from "./c.js";\nexport function b() { return c; }\n')
    (tmp_path / "c.js").write_text("export const c = 3;\n")
    monkeypatch.setattr(bundle, "ENTRY", tmp_path / "a.js")
    made = bundle.joined()
    assert made.index("const c = 3") < made.index("function b()") < made.index("b(c);")
    assert made.count("const c = 3") == 1
    assert "export" not in made
