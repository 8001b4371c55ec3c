"""The evasion suite: a disguise changes the chosen words, nothing else, and always in the same way."""

import html
import json
import random
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classifier import Classifier
from models.lookalikes import FOLD
from models.text import normalise
from tests import corpus
from training.attacks import ATTACKS, LISTED, attack, examine, listed_words, strongest_words
from training.disguises import CYRILLIC, DISGUISES, HOMOGLYPHS, LEET, OVERRIDE, POP, STYLISED

SENTENCE = "What a Stupid, brainless idiot; only an IDIOT writes idiotically."
names = pytest.mark.parametrize("name", sorted(ATTACKS))


def _rng(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a sample, not a secret


def _without(signs: str) -> Callable[[str], str]:
    return lambda hidden: re.sub(f"[{re.escape(signs)}]", "", hidden)


def _visible(hidden: str) -> str:
    unseen = {"Cf", "Cn", "Mn"}
    return "".join(c for c in hidden if unicodedata.category(c) not in unseen and c != "\U0001d159")


def _unmarked(hidden: str) -> str:
    return "".join(c for c in hidden if not unicodedata.category(c).startswith("M"))


def _from_letters(hidden: str) -> str:
    return "".join(
        unicodedata.name(c).split()[-1].lower() for c in hidden if c != "\u200b"
    )  # "NEGATIVE CIRCLED LATIN CAPITAL LETTER A"


def _back(table: dict[str, str]) -> Callable[[str], str]:
    return lambda hidden: "".join(
        next((plain for plain, looks in table.items() if c in looks), c) for c in hidden
    )


# What a reader, or a patient machine, makes of a disguise. The others lose letters for good.
INVERSES: dict[str, Callable[[str], str]] = {
    "dots": _without("."),
    "spaces": _without(" "),
    "dashes": _without("-_"),
    "bullets": _without("\u00b7\u2022\u2024\u02d9'^=~#"),
    "mixed_separators": _without(".-_*\u00b7'~|+,"),
    "zero_width": _visible,
    "bidi_controls": _visible,
    "bidi_override": lambda hidden: hidden.removeprefix(OVERRIDE).removesuffix(POP)[::-1],
    "combining_marks": _unmarked,
    "cyrillic": _back(CYRILLIC),
    "homoglyphs": _back(HOMOGLYPHS),
    "full_width": lambda hidden: unicodedata.normalize("NFKC", hidden),
    "emoji_letters": _from_letters,
    "html_entities": html.unescape,
}


@names
def test_an_attack_changes_the_words_and_leaves_the_rest_alone(name: str) -> None:
    hidden = attack(SENTENCE, ["stupid", "idiot"], ATTACKS[name], seed=3)
    around = r"What a (.+), brainless (.+); only an (.+) writes idiotically\."
    found = re.fullmatch(around, hidden, re.DOTALL)
    assert found
    changed = [piece.lower() for piece in found.groups()]
    assert all(now != then for now, then in zip(changed, ["stupid", "idiot", "idiot"], strict=True))


@names
def test_the_same_seed_gives_the_same_disguise_whatever_was_disguised_before(name: str) -> None:
    first = attack(SENTENCE, ["idiot"], ATTACKS[name], seed=1)
    attack("idiot", ["idiot"], ATTACKS[name], seed=1)
    assert attack(SENTENCE, ["idiot"], ATTACKS[name], seed=1) == first


@pytest.mark.parametrize(
    "name", ["digits", "leet", "homoglyphs", "swap", "deletion", "insertion", "neighbour_key"]
)
def test_another_seed_gives_another_disguise(name: str) -> None:
    found = {attack(SENTENCE, ["brainless"], ATTACKS[name], seed=seed) for seed in range(20)}
    assert len(found) > 3


@names
def test_every_listed_word_can_be_disguised(name: str) -> None:
    kept = [word for word in sorted(LISTED) if DISGUISES[name](word, _rng(word)) == word]
    assert kept == []


@pytest.mark.parametrize("name", sorted(INVERSES))
def test_a_reader_still_sees_the_word(name: str) -> None:
    for word in sorted(LISTED):
        assert INVERSES[name](DISGUISES[name](word, _rng(word))).lower() == word


def test_typing_errors_are_one_letter_away() -> None:
    rng = _rng(0)
    for word in sorted(LISTED):
        assert len(DISGUISES["deletion"](word, rng)) == len(word) - 1
        assert len(DISGUISES["insertion"](word, rng)) == len(word) + 1
        assert sorted(DISGUISES["swap"](word, rng)) == sorted(word)
        typed = DISGUISES["neighbour_key"](word, rng)
        assert sum(a != b for a, b in zip(word, typed, strict=True)) == 1


def test_masks_and_sounds_are_what_people_write() -> None:
    rng = _rng(0)
    assert DISGUISES["masked"]("fuck", rng) == "f*ck"
    assert DISGUISES["masked"]("ass", rng) == "a*s"
    assert DISGUISES["respelling"]("fucks", rng) == "phukkz"
    assert DISGUISES["respelling"]("moron", rng) == "mohrohn"
    assert DISGUISES["respelling"]("you", rng) == "u"


@given(st.text(st.characters(), max_size=12), st.sampled_from(sorted(DISGUISES)), st.integers(0, 99))
def test_any_string_can_be_attacked(text: str, name: str, seed: int) -> None:
    assert isinstance(DISGUISES[name](text, _rng(seed)), str)
    assert isinstance(attack(text, [text[:5], "x"], ATTACKS[name], seed=seed), str)


def test_nothing_to_disguise_changes_nothing() -> None:
    assert attack(SENTENCE, [], ATTACKS["dots"], seed=0) == SENTENCE
    assert attack("cannot", ["not"], ATTACKS["dots"], seed=0) == "cannot"


@pytest.mark.parametrize(
    ("table", "folds"),
    [
        (HOMOGLYPHS, lambda look, plain: FOLD[look] == plain),
        (STYLISED, lambda look, plain: FOLD[look] == plain),
        (LEET, lambda look, plain: normalise(f"zz{look}zz").text == f"zz{plain}zz"),
    ],
    ids=["homoglyphs", "stylised", "leet"],
)
def test_the_normaliser_has_not_learnt_the_tables_by_heart(
    table: dict[str, str], folds: Callable[[str, str], bool]
) -> None:
    known = [folds(look, plain) for plain, looks in table.items() for look in looks]
    assert sum(known) <= len(known) * 2 / 3


def test_the_listed_words_are_found_with_their_endings() -> None:
    assert listed_words("You Idiots, shitting on a fool's rug, IDIOTS, class assessed") == [
        "Idiots",
        "shitting",
        "fool",
        "IDIOTS",
    ]


def test_the_strongest_words_are_the_ones_that_the_model_blames(classifier: Classifier) -> None:
    found = strongest_words(classifier, "Our teacher read about the library, you pathetic imbecile.", top=2)
    assert set(found) == {"pathetic", "imbecile"}
    with pytest.raises(KeyError):
        strongest_words(classifier, "Hello", "weather")


def test_the_examination_tells_what_each_attack_costs(classifier: Classifier) -> None:
    examples = corpus.generate(300, seed=9)
    texts = [example.text for example in examples]
    toxic = [example.labels["toxicity"] >= 0.5 for example in examples]
    chosen = {"full_width": ATTACKS["full_width"], "flattery": lambda *_: "lovely"}
    found = examine(classifier, texts, toxic, seed=0, attacks=chosen)
    assert found == examine(classifier, texts, toxic, seed=0, attacks=chosen)
    assert json.loads(json.dumps(found)) == found
    assert set(found) == {"clean", *chosen}
    assert found["clean"]["auc"] > 0.98
    assert found["full_width"]["strongest"]["auc"] > 0.98  # undone by the normaliser
    assert found["flattery"]["strongest"]["auc"] < 0.9
    assert found["flattery"]["strongest"]["recall"] < found["clean"]["recall"]
    for figures in (figures for name in chosen for figures in found[name].values()):
        assert all(0 <= share <= 1 for share in figures.values())
    assert found["flattery"]["strongest"]["changed"] == 1


def test_an_examination_needs_texts_of_both_kinds(classifier: Classifier) -> None:
    with pytest.raises(ValueError, match="one kind"):
        examine(classifier, ["a", "b"], [True, True], seed=0)
