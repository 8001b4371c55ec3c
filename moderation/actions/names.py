"""Names that nobody may take because they look like somebody else's.

Two names are alike when their skeletons are: the letters that a reader sees (Unicode's table of confusables,
UTS 39), without case, accents, blanks, punctuation and what cannot be seen. Protected are people whom the
publisher signs in, accounts of moderators, the site's own title and the words for those who run it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from models.lookalikes import FOLD

from ..domain.errors import Field, Invalid
from ..store import people
from .drafts import DEFAULT_NAME

# What Unicode's table holds for one look once case is gone: "I", "l" and "1", "O" and "0", "m" and "rn".
_MISSED = {0x03F9: "c", 0x037A: "i"}  # which the classifier's folding takes for letters of their own
_LOOKS = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o", "m": "rn", "w": "vv"})

# In the languages of the widget.
OFFICES = (
    *("Admin", "Administrator", "Administration", "Editor", "Editors", "The editors", "Editorial team"),
    *("Moderator", "Moderators", "Moderation", "Mod", "Staff", "Support", "System", "Team"),
    *("Administratorin", "Moderatorin", "Moderatoren", "Redaktion", "Die Redaktion"),
    *("Administrador", "Administradora", "Moderador", "Moderadora", "Moderación", "Redacción", "Equipo"),
    *(
        "Administrateur",
        "Administratrice",
        "Modérateur",
        "Modératrice",
        "Rédaction",
        "La rédaction",
        "Équipe",
    ),
    *("المدير", "المشرف", "مشرف", "الإدارة", "التحرير", "فريق التحرير", "الإشراف"),
)
LOUD = ("admin", "administrator", "moderator")  # nor with another word beside it: "Moderator Mike"

RESERVED = "This name is kept for the people who run this site. Please choose another."
TAKEN = "This name looks like that of somebody who is known here. Please choose another."

Wanted = tuple[str, str]  # site, name


@lru_cache(4096)
def skeleton(name: str) -> str:
    """Return what a name looks like; names that look alike have the same."""
    seen = "".join(FOLD[char] for char in name.translate(_MISSED)).translate(_LOOKS)
    return "".join(filter(str.isalnum, seen)) or "".join(seen.split())


def protected_skeleton(name: str) -> str | None:
    """Return what nobody else may look like, or None for the name that everybody has."""
    found = skeleton(name)
    return None if found == skeleton(DEFAULT_NAME) else found


@dataclass(frozen=True, slots=True)
class Known:
    """Who has which of the names that are asked for. people: (site, skeleton); accounts: skeletons."""

    people: frozenset[tuple[str, str]] = frozenset()
    accounts: frozenset[str] = frozenset()

    def refuse(self, name: str, site_id: str, title: str, *, field: str) -> None:
        """Raise Invalid naming `field` where a name is not free."""
        looks = skeleton(name)
        if looks == skeleton(DEFAULT_NAME):
            return
        if looks == skeleton(title) or looks in _offices() or _is_loud(name):
            raise Invalid(RESERVED, [Field(field, RESERVED)])
        if (site_id, looks) in self.people or looks in self.accounts:
            raise Invalid(TAKEN, [Field(field, TAKEN)])


def look_up(connection: Connection, wanted: Iterable[Wanted]) -> Known:
    """Find out who has these names; no statement where none is asked for."""
    pairs: Sequence[tuple[str, str]] = [(site_id, skeleton(name)) for site_id, name in wanted]
    if not pairs:
        return Known()
    taken, accounts = people.protected(connection, pairs)
    return Known(frozenset(taken), frozenset(map(skeleton, accounts)))


@lru_cache(1)
def _offices() -> frozenset[str]:
    return frozenset(map(skeleton, OFFICES))


def _is_loud(name: str) -> bool:
    return not {skeleton(word) for word in name.split()}.isdisjoint(map(skeleton, LOUD))
