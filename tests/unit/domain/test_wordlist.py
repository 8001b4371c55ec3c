"""Word lists: what is found, that nothing is missed, and that the number of entries costs nothing."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.wordlist import Hit, WordList

Entry = tuple[str, tuple[str, ...]]

WORDS = st.sampled_from(["a", "ab", "abc", "abcd", "b", "bc"])
ENTRIES = st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=3), st.booleans()), max_size=8)
TOKENS = st.lists(st.sampled_from(["a", "ab", "abc", "abcde", "b", "bc", "c"]), max_size=8)


def entry(written: str) -> Entry:
    return written, tuple(written.replace("*", " ").split())


def found(written: Sequence[str], text: str) -> list[tuple[str, int, int]]:
    hits = WordList(map(entry, written)).find(text.split())
    return [(hit.entry, hit.begin, hit.end) for hit in hits]


def naive(entries: Sequence[Entry], tokens: Sequence[str]) -> list[Hit]:
    """Compare every entry with every place, one by one."""
    return [
        Hit(written, begin, begin + len(words))
        for begin in range(len(tokens))
        for written, words in entries
        if begin + len(words) <= len(tokens)
        and tuple(tokens[begin : begin + len(words) - 1]) == words[:-1]
        and _fits(tokens[begin + len(words) - 1], words[-1], is_prefix=written.endswith("*"))
    ]


def _fits(token: str, word: str, *, is_prefix: bool) -> bool:
    return token.startswith(word) if is_prefix else token == word


def place(hit: Hit) -> tuple[int, int, str]:
    return hit.begin, hit.end, hit.entry


@pytest.mark.parametrize(
    ("written", "text", "hits"),
    [
        ([], "anything at all", []),
        (["idiot"], "you idiot", [("idiot", 1, 2)]),
        (["idiot"], "you idiots", []),
        (["idiot*"], "idiot idiots idiotic idio", [("idiot*", 0, 1), ("idiot*", 1, 2), ("idiot*", 2, 3)]),
        (["shut up"], "shut it up shut up now", [("shut up", 3, 5)]),
        (["shut up"], "please shut", []),
        (["go to hel*"], "go to helsinki", [("go to hel*", 0, 3)]),
        (["go*"], "go to", [("go*", 0, 1)]),
    ],
)
def test_words_phrases_and_prefixes_are_found_where_they_stand(
    written: list[str], text: str, hits: list[tuple[str, int, int]]
) -> None:
    assert found(written, text) == hits


def test_overlapping_entries_are_all_told_in_the_order_of_the_text() -> None:
    assert found(["a b c", "a b", "b c", "b", "b*"], "a b c") == [
        ("a b", 0, 2),
        ("a b c", 0, 3),
        ("b*", 1, 2),
        ("b", 1, 2),
        ("b c", 1, 3),
    ]


def test_an_entry_is_told_as_it_was_written() -> None:
    hits = WordList([("  Shut UP!  ", ("shut", "up"))]).find(["shut", "up"])
    assert hits == [Hit("  Shut UP!  ", 0, 2)]


def test_an_entry_without_a_word_finds_nothing_and_is_not_counted() -> None:
    words = WordList([("*", ()), ("", ()), ("a", ("a",))])
    assert words.size == 1
    assert words.find(["b", ""]) == []


def test_a_short_token_is_told_once_beside_longer_prefixes() -> None:
    assert found(["ab*", "abcd*"], "ab") == [("ab*", 0, 1)]


@given(ENTRIES, TOKENS)
def test_it_finds_what_comparing_everything_with_everything_finds(
    drawn: list[tuple[list[str], bool]], tokens: list[str]
) -> None:
    entries = {" ".join(words) + "*" * is_prefix: tuple(words) for words, is_prefix in drawn}
    hits = WordList(entries.items()).find(tokens)
    assert sorted(hits, key=place) == sorted(naive(list(entries.items()), tokens), key=place)
    assert [hit.begin for hit in hits] == sorted(hit.begin for hit in hits)


class Counted(str):
    """A word that counts how often it is hashed or measured: what a step costs."""

    __slots__ = ()
    steps = 0

    def __hash__(self) -> int:
        Counted.steps += 1
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other)

    def __len__(self) -> int:
        Counted.steps += 1
        return super().__len__()

    def __getitem__(self, key: object) -> "Counted":
        return Counted(super().__getitem__(key))  # type: ignore[index]


def steps_to_find(words: WordList, tokens: Sequence[str]) -> int:
    counted = [Counted(token) for token in tokens]
    Counted.steps = 0
    words.find(counted)
    return Counted.steps


def steps_to_build(entries: Sequence[Entry]) -> int:
    counted = [(written, [Counted(word) for word in words]) for written, words in entries]
    Counted.steps = 0
    WordList(counted)
    return Counted.steps


TEXT = [f"word{number}" for number in range(500)]
PHRASES = [(f"first{number} last", (f"first{number}", "last")) for number in range(10_000)]
PREFIXES = [(f"p{number:05}*", (f"p{number:05}",)) for number in range(10_000)]


@pytest.mark.parametrize("entries", [PHRASES, PREFIXES[:1000]])
def test_thousands_of_entries_cost_a_text_as_many_steps_as_one(entries: list[Entry]) -> None:
    assert steps_to_find(WordList(entries), TEXT) == steps_to_find(WordList(entries[:1]), TEXT)


def test_steps_grow_with_the_text_and_not_with_its_square() -> None:
    words = WordList([entry("a a a b"), entry("a*")])
    once = steps_to_find(words, ["a"] * 1000)
    assert once <= 1000 * 8
    assert steps_to_find(words, ["a"] * 2000) <= 2 * once + 8


@pytest.mark.parametrize("entries", [PHRASES, PREFIXES])
def test_building_costs_a_few_steps_a_word_whatever_stands_in_the_list(entries: list[Entry]) -> None:
    once = steps_to_build(entries[:200])
    assert steps_to_build(entries[:400]) <= 2 * once + 8
