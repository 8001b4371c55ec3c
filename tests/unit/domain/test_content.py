"""What may be typed: what is stored, what is refused, and that the refusal names the field."""

import unicodedata
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.content import (
    ARTICLE_KEY_LIMIT,
    BODY_LIMIT,
    NAME_LIMIT,
    checked_article_key,
    checked_body,
    checked_name,
    is_shouting,
    link_count,
)
from moderation.domain.errors import Invalid

ANYTHING = st.text(st.characters(), max_size=80)  # all of Unicode, lone surrogates included
BLANK = ["", " ", "\n\t \r\n", "\u00a0\u2003\u3000", "\u200b\u200d\u2060\ufeff", "\u202e\u200f", "\u2028"]
HALVES = [chr(point) for point in (0xD800, 0xDBFF, 0xDC00, 0xDFFF)]


def name_of(raw: str) -> str:
    return checked_name(raw, field="author/name")


def refused_field(check: Callable[[str], str], raw: str) -> str:
    with pytest.raises(Invalid) as refusal:
        check(raw)
    (field,) = refusal.value.fields
    assert field.detail == refusal.value.detail
    return field.name


@pytest.mark.parametrize("raw", BLANK)
def test_a_comment_that_shows_nothing_is_empty(raw: str) -> None:
    assert refused_field(checked_body, raw) == "body"


@pytest.mark.parametrize("raw", ["\u3164", "\u2800 \u2800", "\u115f\u1160", "\ufe0f", "\u034f", "\uffa0"])
def test_a_comment_of_letters_that_nobody_can_see_is_empty(raw: str) -> None:
    assert refused_field(checked_body, raw) == "body"
    assert refused_field(name_of, raw) == "author/name"


@pytest.mark.parametrize("raw", BLANK)
def test_a_name_that_shows_nothing_is_empty(raw: str) -> None:
    assert refused_field(name_of, raw) == "author/name"


@pytest.mark.parametrize("raw", ["a", "💬", "!", "ё", "各", "👩\u200d👩\u200d👧", "a\u0301", "\u200bx"])
def test_anything_that_can_be_seen_is_a_comment(raw: str) -> None:
    assert checked_body(raw) == raw


def test_four_thousand_characters_fit_and_one_more_does_not() -> None:
    assert len(checked_body("😀" * BODY_LIMIT)) == 4000
    assert refused_field(checked_body, "😀" * BODY_LIMIT + "a") == "body"


def test_blank_edges_do_not_count() -> None:
    assert checked_body(" \n" + "a" * BODY_LIMIT + "\r\n\t ") == "a" * BODY_LIMIT


def test_all_line_ends_become_one_kind() -> None:
    assert checked_body("one\r\ntwo\rthree\nfour\r\n\r\nfive\tsix") == "one\ntwo\nthree\nfour\n\nfive\tsix"


@pytest.mark.parametrize("char", ["\0", "\x07", "\b", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x85", "\x9b"])
def test_control_characters_are_not_text(char: str) -> None:
    assert refused_field(checked_body, f"a{char}b") == "body"
    assert refused_field(checked_article_key, f"a{char}b") == "article_id"


@pytest.mark.parametrize("char", ["\0", "\x07", "\b", "\x1b", "\x7f", "\x9b"])
def test_control_characters_are_not_in_a_name(char: str) -> None:
    assert refused_field(name_of, f"a{char}b") == "author/name"


@pytest.mark.parametrize("half", HALVES)
def test_half_a_character_is_not_text(half: str) -> None:
    assert refused_field(checked_body, f"a{half}") == "body"
    assert refused_field(name_of, f"a{half}") == "author/name"
    assert refused_field(checked_article_key, f"a{half}") == "article_id"


@pytest.mark.parametrize("check", [checked_body, name_of, checked_article_key])
@given(raw=ANYTHING)
def test_what_is_stored_is_text_that_any_database_takes(check: Callable[[str], str], raw: str) -> None:
    with suppress(Invalid):
        stored = check(raw)
        assert stored
        assert stored.encode().decode() == stored
        assert {char for char in stored if unicodedata.category(char) == "Cc"} <= {"\n", "\t"}
        assert check(stored) == stored


def test_a_name_stands_on_one_line() -> None:
    assert name_of("  Ada\n\tKing \u00a0 Lovelace\r\n") == "Ada King Lovelace"


def test_sixty_characters_of_name_fit_and_one_more_does_not() -> None:
    assert name_of(" " + "é" * NAME_LIMIT) == "é" * 60
    assert refused_field(name_of, "é" * 61) == "author/name"


@pytest.mark.parametrize(
    "key", ["a", "news/2026/11/a-b_c.html", "https://example.org/?id=1&b=2#x", "📰/5", " a "]
)
def test_an_article_id_is_the_publishers_own_and_stays_as_it_is(key: str) -> None:
    assert checked_article_key(key) == key


@pytest.mark.parametrize("part", ["a", "/", "é", "📰"])
def test_an_article_id_of_200_bytes_fits_and_one_of_201_does_not(part: str) -> None:
    size = len(part.encode())
    key = part * (ARTICLE_KEY_LIMIT // size)
    assert len(key.encode()) == 200
    assert checked_article_key(key) == key
    assert refused_field(checked_article_key, key + "a") == "article_id"


@pytest.mark.parametrize("key", ["", " ", "\n\t"])
def test_an_empty_article_id_is_refused(key: str) -> None:
    assert refused_field(checked_article_key, key) == "article_id"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("no address, not even www. or http://", 0),
        ("see https://example.org/a?b=c and www.example.org", 2),
        ("(HTTP://EXAMPLE.ORG)<https://b.example>", 2),
        ("mail@example.org or example.org", 0),
        ("https://one.example\nhttps://two.example\thttps://three.example", 3),
    ],
)
def test_addresses_are_counted(body: str, expected: int) -> None:
    assert link_count(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("THIS IS AN OUTRAGE", True),
        ("This is an outrage", False),
        ("NASA, ESA, UN", False),  # eight letters: too short to mean something
        ("ABCDEFGHIJK", False),
        ("ABCDEFGHIJKL", True),
        ("ABCDEFG abc 1234567890 !!!", False),
        ("ABCDEFGHIJKLMN abcdef", True),  # 14 of 20 are seven tenths
        ("ABCDEFGHIJKLM abcdefg", False),
        ("ЭТО ВОЗМУТИТЕЛЬНО", True),
        ("这是完全没有大小写的文字这是完全没有", False),
        ("", False),
    ],
)
def test_shouting_is_mostly_capitals_in_more_than_an_acronym(body: str, expected: bool) -> None:
    assert is_shouting(body) is expected


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\u202eAnn\u202c \u2066Ferry\u2069", "Ann Ferry"),
        ("\u200fAnn\u061c\u200e", "Ann"),
        ("An\u200bn\u2060 F\u00aderry\ufeff", "Ann Ferry"),
        ("Z" + "\u0310" * 40, "Z" + "\u0310" * 3),
        ("e\u0301", "é"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("👩\u200d👩\u200d👧 Ann", "👩\u200d👩\u200d👧 Ann"),
        ("Nguyễn Thị", "Nguyễn Thị"),
    ],
)
def test_a_name_holds_nothing_that_turns_piles_up_or_hides(raw: str, shown: str) -> None:
    assert name_of(raw) == shown


def test_ten_thousand_marks_are_no_name_and_cost_nothing() -> None:
    for marks in ("\u0310" * 10_000, "\u0327\u0310" * 500_000):
        assert refused_field(name_of, f"Z{marks}") == "author/name"
