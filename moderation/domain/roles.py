"""Who may do what: reader < moderator < admin; a scorer can only score."""

from dataclasses import dataclass
from typing import Literal

from .errors import Forbidden

Role = Literal["reader", "scorer", "moderator", "admin"]
ROLES: tuple[Role, ...] = ("reader", "scorer", "moderator", "admin")

_GRANTS: dict[Role, frozenset[Role]] = {
    "reader": frozenset({"reader"}),
    "scorer": frozenset({"scorer"}),
    "moderator": frozenset({"reader", "scorer", "moderator"}),
    "admin": frozenset({"reader", "scorer", "moderator", "admin"}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever asks. `person_id` is an author's id for a reader, an account's or token's for the others.

    is_vouched: the publisher's sign-in says who this is, so the name is not theirs to choose here.
    is_staff, author_of: what the publisher says besides: one of its people, the writer of these articles.
    """

    person_id: str
    role: Role
    name: str
    account_id: str | None = None
    is_vouched: bool = False
    is_staff: bool = False
    author_of: frozenset[str] = frozenset()

    @property
    def is_stranger(self) -> bool:
        """Tell whether nobody vouches for this person: an anonymous reader."""
        return self.account_id is None and not self.is_vouched


def require(person: Person, role: Role) -> None:
    """Raise Forbidden unless the person's role grants `role`."""
    if role not in _GRANTS[person.role]:
        raise Forbidden(f"This needs the role {role}; {person.name} is a {person.role}.")


def badges(person: Person | None, article_key: str) -> tuple[str, ...]:
    """Return what is shown beside a person's name under an article, in the order in which it is shown."""
    if person is None or person.is_stranger:
        return ()
    held = {
        "staff": person.is_staff or person.role == "admin",
        "moderator": person.role == "moderator",
        "author": article_key in person.author_of,
    }
    return tuple(name for name, is_held in held.items() if is_held)
