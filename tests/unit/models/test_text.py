"""The normaliser: what it undoes, what it leaves alone, and that it always knows where things were."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.text import normalise, simplify, tokens

ANYTHING = st.text(st.characters(), max_size=300)  # all of Unicode, lone surrogates included


@pytest.mark.parametrize(
    "hidden",
    [
        "idiot",
        "IDIOT",
        "i d i o t",
        "i.d.i.o.t",
        "i - d - i - o - t",
        "i_d_i_o_t",
        "1d10t",
        "1 d 1 0 t",
        "id\u200biot",
        "i\u00add\u2060i\ufeffot",
        "\u0456di\u043et",  # Cyrillic
        "\uff29\uff24\uff29\uff2f\uff34",  # fullwidth
        "\U0001d4f2\U0001d4ed\U0001d4f2\U0001d4f8\U0001d4fd",  # mathematical script
        "\u24d8\u24d3\u24d8\u24de\u24e3",  # circled
        "\U0001f178\U0001f173\U0001f178\U0001f17e\U0001f183",  # squared
        "i\u0338d\u0322i\u0361o\u0334t\u0321",  # zalgo
        "idiooooooot",
        "&#105;diot",
        "\u202eidiot",
        "i\u00b7d\u00b7i\u00b7o\u00b7t",
        "i=d=i=o=t",
        "i.d-i_o t",
        "\u026ad\u026a\u1d0f\u1d1b",  # small capitals
        "i\u0111i\u00f8t",  # with a stroke
        "id\U000e0100io\u2065t",
    ],
)
def test_a_hidden_word_is_read_as_the_word_and_found_where_it_stands(hidden: str) -> None:
    text = f"What, you {hidden} there!"
    found = [token for token in tokens(text) if token.text == "idiot"]
    assert len(found) == 1
    assert hidden.lstrip("\u202e") in text[found[0].begin : found[0].end] + "\u202e"
    assert "you" not in text[found[0].begin : found[0].end]
    assert "there" not in text[found[0].begin : found[0].end]


@pytest.mark.parametrize(
    "plain",
    [
        "mp3",
        "2nd",
        "1990s",
        "10am",
        "covid19",
        "me@site.com",
        "@john",
        "a b",
        "3 4 5 6",
        "caf\u00e9",
        "na\u00efve",
    ],
)
def test_an_honest_word_needs_no_repair(plain: str) -> None:
    assert normalise(f"see {plain} now").repairs == 0


@pytest.mark.parametrize("digits", ["mp3", "2nd", "1990s", "10am", "covid19", "3 4 5 6"])
def test_numbers_stay_numbers(digits: str) -> None:
    assert normalise(f"see {digits} now").text == f"see {digits} now"


def test_each_trick_is_counted() -> None:
    assert normalise("you 1d10t, you i d i o t, you idiooot, you id\u200biot").repairs == 4


def test_accents_and_ligatures_become_plain_letters() -> None:
    assert normalise("Stra\u00dfe \ufb01ne \u00c5ngstr\u00f6m").text == "strasse fine angstrom"


def test_double_letters_of_real_words_survive_stretching() -> None:
    assert normalise("asssss killllll").text == "ass kill"


def test_emoji_stay_and_their_joiners_are_no_trick() -> None:
    clean = normalise("ok \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f")
    assert clean.text == "ok \U0001f468\U0001f469\U0001f467 \u2764"
    assert clean.repairs == 0


def test_tokens_hold_places_in_the_original_text() -> None:
    text = "So &amp; so, y o u  1d10t!"
    assert [(t.text, text[t.begin : t.end]) for t in tokens(text)] == [
        ("so", "So"),
        ("so", "so"),
        ("you", "y o u"),
        ("idiot", "1d10t"),
    ]


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_any_string_is_normalised_and_every_character_has_a_place(text: str) -> None:
    clean = normalise(text)
    assert clean.offsets.shape == (len(clean.text) + 1,)
    assert clean.offsets[-1] == len(text)
    assert all(a <= b for a, b in zip(clean.offsets[:-1], clean.offsets[1:], strict=True))
    assert clean.repairs >= 0


@given(ANYTHING)
@settings(max_examples=200, deadline=None)
def test_tokens_are_in_order_inside_the_text_and_never_empty(text: str) -> None:
    at = 0
    for token in tokens(text):
        assert 0 <= token.begin < token.end <= len(text)
        assert token.begin >= at - 1
        at = token.begin


@pytest.mark.parametrize(
    "monster",
    [
        "a" * 1_000_000,
        "a." * 500_000,
        "1a" * 500_000,
        "\u0300" * 1_000_000,
        "\ufdfa" * 200_000,
        "&" * 1_000_000,
    ],
    ids=["one word", "dots", "leet", "marks", "ligatures", "ampersands"],
)
def test_a_megabyte_takes_bounded_time(monster: str) -> None:
    assert len(normalise(monster).text) <= 4 * len(monster)


TRICKY = st.text(
    st.sampled_from("ab10@$! .,-_&;#\n\t\x1c\u0456\u03a3\u0130\u200b\u0301\xa0\u00df\U0001f602"), max_size=60
)


@given(st.one_of(ANYTHING, TRICKY))
@settings(max_examples=800, deadline=None)
def test_the_fast_way_gives_the_same_text_and_repairs(text: str) -> None:
    clean = normalise(text)
    assert simplify(text) == (text, clean.text, clean.repairs)
