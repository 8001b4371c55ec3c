"""Features: the fast hashes are the slow ones, blocks are scaled, and no string is too odd."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.features import BASE, EXTRAS, MIX, Ngrams
from models.text import normalise

MASK = 2**64 - 1
NGRAMS = Ngrams(char_bits=12, word_bits=11)


def features(text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return indices and values of the n-grams of one text."""
    rows = NGRAMS([text])
    return rows.indices, rows.values


def extras(text: str) -> dict[str, float]:
    return dict(zip(EXTRAS, NGRAMS([text]).extras[0].tolist(), strict=True))


def slow_char_buckets(text: str, bits: int) -> set[int]:
    """Return the buckets of all 2- to 4-grams, computed one by one as the heading of the module says."""
    padded = f" {normalise(text).text} "
    found = set()
    for n in range(2, 5):
        for at in range(len(padded) - n + 1):
            value = 0
            for char in padded[at : at + n]:
                value = (value * int(BASE) + ord(char)) & MASK
            found.add((((value ^ (value >> 32)) * int(MIX)) & MASK) >> (64 - bits))
    return found


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_the_rolling_hash_equals_the_one_computed_letter_by_letter(text: str) -> None:
    indices, _ = features(text)
    assert set(indices[indices < NGRAMS.words_from].tolist()) == slow_char_buckets(text, NGRAMS.char_bits)


def test_a_word_has_the_same_feature_wherever_it_stands() -> None:
    alone = features("grapefruit")[0]
    later = features("somewhere, after a while, comes grapefruit")[0]
    words = alone[(alone >= NGRAMS.words_from) & (alone < NGRAMS.extras_from)]
    assert len(words) == 1
    assert words[0] in later


def test_each_block_has_length_one_whatever_the_length_of_the_text() -> None:
    for text in ("short text", "a much longer text " * 40):
        indices, values = features(text)
        chars = values[indices < NGRAMS.words_from]
        words = values[(indices >= NGRAMS.words_from) & (indices < NGRAMS.extras_from)]
        assert float(chars @ chars) == pytest.approx(1, abs=1e-5)
        assert float(words @ words) == pytest.approx(1, abs=1e-5)


def test_extras_measure_tricks_shouting_links_repetition_and_exclamations() -> None:
    calm = extras("we met at the harbour")
    loud = extras("BUY BUY BUY 1d10t!!! http://a.example.com")
    assert calm["repairs"] == calm["links"] == calm["shouting"] == calm["repetition"] == 0
    assert all(loud[name] > calm[name] for name in ("repairs", "shouting", "links", "repetition"))
    assert loud["exclamations"] > 0


def test_a_hidden_word_has_the_words_features() -> None:
    plain, hidden = features("you idiot")[0], features("you 1d10t")[0]
    assert plain.tolist() == hidden.tolist()


@given(st.text(st.characters(), max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_string_has_finite_features_in_range_and_without_repeats(text: str) -> None:
    indices, values = features(text)
    assert len(indices) == len(values)
    assert (np.diff(indices) > 0).all()
    assert indices.dtype == np.int32
    assert values.dtype == np.float32
    assert indices.min() >= 0
    assert indices.max() < NGRAMS.extras_from
    assert np.isfinite(values).all()


@given(st.text(st.characters(), max_size=200))
@settings(max_examples=100, deadline=None)
def test_places_name_the_same_features_and_lie_inside_the_text(text: str) -> None:
    clean = normalise(text)
    places = NGRAMS.occurrences(clean)
    indices, _ = features(text)
    assert set(places.index.tolist()) == set(indices.tolist())
    assert (places.begin >= 0).all()
    assert (places.end <= len(clean.text)).all()


@pytest.mark.parametrize("text", ["a" * 20_000, "\x00" * 5000, "\ud800" * 5000, "word " * 4000])
def test_long_and_odd_texts_have_features(text: str) -> None:
    assert np.isfinite(features(text)[1]).all()


@given(st.lists(st.text(st.characters(), max_size=80), min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_a_text_has_the_same_features_alone_and_in_company(texts: list[str]) -> None:
    together = NGRAMS(texts)
    for row, text in enumerate(texts):
        begin, end = together.ends[row : row + 2]
        alone = NGRAMS([text])
        assert np.array_equal(together.indices[begin:end], alone.indices)
        assert np.array_equal(together.values[begin:end], alone.values)
        assert np.array_equal(together.extras[row], alone.extras[0])
