"""Which names look alike: every letter that Unicode's table takes for a plain one is that one here."""

import pytest
from confusable_homoglyphs import confusables
from hypothesis import given
from hypothesis import strategies as st

from moderation.actions.names import LOUD, OFFICES, Known, protected_skeleton, skeleton
from moderation.domain.content import checked_name
from moderation.domain.errors import Invalid

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def lookalikes(letter: str) -> list[str]:
    """Return what the table says can be taken for a letter, if it is one character."""
    found = confusables.is_confusable(letter, greedy=True) or []
    return [each["c"] for entry in found for each in entry["homoglyphs"] if len(each["c"]) == 1]


@pytest.mark.parametrize("letter", PLAIN)
def test_what_the_table_takes_for_a_letter_has_its_skeleton(letter: str) -> None:
    looks = {look for look in lookalikes(letter) if look.isalpha()}
    unlike = {look for look in looks if skeleton(f"x{look}x") != skeleton(f"x{letter}x")}
    assert unlike <= {"\u017f"}  # the long s: it looks like an f, and is an s to everything else


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Ferry", "ann  ferry"),
        ("Ann Ferry", "ANN.FERRY"),
        ("Ann Ferry", "Á\u0301nn Ferry"),
        ("Ann Ferry", "\u0410nn F\u0435rry"),
        ("Ann Ferry", "Ann\u200bFer\u00adry"),
        ("Ann Ferry", "\u202eAnn Ferry\u202c"),
        ("Ann Ferry", "𝐀𝐧𝐧 𝓕𝓮𝓻𝓻𝔂"),  # noqa: RUF001
        ("Ann Ferry", "Ⓐⓝⓝ Ｆｅｒｒｙ"),  # noqa: RUF001
        ("Will", "WiII"),
        ("Paul", "Pau1"),
        ("Bo", "B0"),
        ("Mark", "Rnark"),
        ("Wanda", "VVanda"),
        ("Ольга", "ольга"),
        ("李雷", "李 雷"),
        ("!!!", "! !!"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann", "Anne"), ("Bob", "Rob"), ("Ольга", "Олег"), ("李雷", "李明")]
)
def test_names_that_differ_to_the_eye_differ_here(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_name_has_a_skeleton_and_what_is_stored_has_the_same(name: str) -> None:
    try:
        stored = checked_name(name, field="name")
    except Invalid:
        return
    assert skeleton(stored) == skeleton(" ".join(stored.split()))
    assert checked_name(stored, field="name") == stored


def test_the_name_that_everybody_has_is_nobodys() -> None:
    assert protected_skeleton("anonymous") is None
    Known(frozenset({("main", skeleton("Anonymous"))})).refuse("Anonymous", "main", "A title", field="name")


@pytest.mark.parametrize(
    "name", [*OFFICES, *LOUD, "The Admin", "Moderator Mike", "The Daily Quay", "the daily quay."]
)
def test_an_office_and_the_sites_title_are_nobodys_name(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Known().refuse(name, "main", "The Daily Quay", field="author/name")
    assert [each.name for each in refusal.value.fields] == ["author/name"]


@pytest.mark.parametrize(
    "name", ["Ann", "Modena", "Stafford", "Edith Orme", "Adminton", "Teamwork", "Modesty", "🙂"]
)
def test_a_name_that_only_begins_like_an_office_is_free(name: str) -> None:
    Known().refuse(name, "main", "The Daily Quay", field="name")


def test_a_name_is_taken_on_its_own_site_alone() -> None:
    known = Known(frozenset({("main", skeleton("Ann Ferry"))}), frozenset({skeleton("mara")}))
    known.refuse("Ann Ferry", "second", "Second", field="name")
    for name, site_id in (("ann ferry", "main"), ("Mara", "main"), ("Mara", "second")):
        with pytest.raises(Invalid):
            known.refuse(name, site_id, "Main", field="name")
