"""The detector: sure of long comments, silent on slang, names and code, bounded on anything."""

import copy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models import artifact
from moderation.actions.language import TOLD, UNKNOWN, detect
from moderation.actions.scoring import languages
from tests.languages import LEARNT, band, sentences

OWN = sentences()
ENGLISH = "The council has promised to mend this road for years and nothing ever happens."
GERMAN = "Die Stadt verspricht seit Jahren, diese Straße zu reparieren, und nichts passiert."


def test_slang_names_code_and_loud_or_masked_english_are_hardly_ever_another_language() -> None:
    odd = [text for language, text in OWN if language == UNKNOWN]
    taken = [text for text in odd if detect(text, expected=LEARNT) not in {"en", UNKNOWN}]
    assert len(odd) > 150
    assert len(taken) <= 0.01 * len(odd)


def test_nearly_all_comments_of_nine_words_and_more_are_recognised() -> None:
    long = [(language, text) for language, text in OWN if language != UNKNOWN and band(text)[0] not in "14"]
    found = [detect(text, expected=LEARNT) == language for language, text in long]
    assert len({language for language, _ in long}) >= 20
    assert sum(found) >= 0.95 * len(found)


def test_what_is_told_of_a_short_comment_is_right() -> None:
    short = [(language, text) for language, text in OWN if language != UNKNOWN and band(text)[0] in "14"]
    wrong = [text for language, text in short if detect(text, expected=LEARNT) not in {language, UNKNOWN}]
    assert len(wrong) <= 0.02 * len(short)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        (GERMAN.upper(), "de"),
        ("", UNKNOWN),
        ("lol no way", UNKNOWN),
        ("Gracias, amigo!", UNKNOWN),
        ("https://beispiel.example/die-stadt-verspricht-seit-jahren-diese-strasse", UNKNOWN),
        (
            "u \u0430r\u0435 \u0430n \u0456d\u0456ot and y\u043eu kn\u043ew it",
            UNKNOWN,
        ),  # look-alikes
        ("\u00af\\_(\u30c4)_/\u00af", UNKNOWN),
        (f"{GERMAN}\n\n{GERMAN}\0", "de"),
    ],
)
def test_a_text_is_told_or_left_open(text: str, language: str) -> None:
    assert detect(text, expected=LEARNT) == language


def test_a_language_that_was_not_expected_needs_both_halves_of_the_words() -> None:
    swayed = "Tell dem lads im not right"  # "dem" and "im" are German words
    assert detect(swayed, expected={"de"}) == "de"
    assert detect(swayed, expected={"en"}) == UNKNOWN


def test_a_sample_of_the_words_says_what_all_of_them_say(monkeypatch: pytest.MonkeyPatch) -> None:
    sampled = [detect(text, expected=LEARNT) for _, text in OWN]
    monkeypatch.setattr("moderation.actions.language.SURE_AT_ONCE", 2.0)  # never
    assert sampled == [detect(text, expected=LEARNT) for _, text in OWN]


def test_what_comes_first_does_not_decide_alone() -> None:
    english, german = f"{ENGLISH} " * 20, f"{GERMAN} " * 20
    assert detect(english + german, expected=LEARNT) == detect(german + english, expected=LEARNT)


@given(st.text(st.characters(exclude_categories=[])))
@example("\ud800 \udfff" * 20)
@example("\0" * 50)
@example("x" * 1_000_000)
@example("@" * 1_000_000)
@example("Z\u0335\u0327\u0321" * 5000)
@example("\u202e" + ENGLISH)
def test_any_string_gets_an_answer(text: str) -> None:
    assert detect(text) in TOLD | {UNKNOWN}


def test_a_models_languages_stand_in_its_manifest_and_were_english_before_they_did() -> None:
    shipped = artifact.load(artifact.shipped())
    other = copy.copy(shipped)
    other.manifest = {**shipped.manifest, "languages": ["de", "pt"]}
    older = copy.copy(shipped)
    older.manifest = {key: told for key, told in shipped.manifest.items() if key != "languages"}
    assert languages(other) == {"de", "pt"}
    assert languages(older) == {"en"}
    assert languages(None) == frozenset()
