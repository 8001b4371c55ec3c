"""The extract of Unicode's confusables is what the package's table says."""

import json
import unicodedata
from importlib.resources import files

from models.lookalikes import FOLD, PLAIN, Folding


def test_the_extract_equals_the_table_of_the_package() -> None:
    raw = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8"))
    wanted = {}
    for char, entries in raw.items():
        plain = [e["c"] for e in entries if len(e["c"]) == 1 and e["c"].isascii() and e["c"].isalnum()]
        is_left = len(char) == 1 and not char.isascii() and unicodedata.normalize("NFKD", char) == char
        if plain and is_left and unicodedata.category(char) not in {"Mn", "Me", "Cf", "Cc"}:
            wanted[char] = max(plain, key=str.isalpha).lower()
    assert wanted == PLAIN


def test_letters_of_other_scripts_fold_to_what_a_reader_sees() -> None:
    assert "".join(FOLD[char] for char in "\u0440\u0430\u0443\u03c1\u0430") == "paypa"


def test_the_table_stops_remembering_before_it_fills_the_memory() -> None:
    table = Folding()
    for code in range(0x4E00, 0x4E00 + 20_100):
        assert table[chr(code)] == chr(code)
    assert len(table) == 20_000
