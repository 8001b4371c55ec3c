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
    """Whoever asks. `person_id` is an author's id for a reader, an account's or token's for the others."""

    person_id: str
    role: Role
    name: str
    account_id: str | None = None


def require(person: Person, role: Role) -> None:
    """Raise Forbidden unless the person's role grants `role`."""
    if role not in _GRANTS[person.role]:
        raise Forbidden(f"This needs the role {role}; {person.name} is a {person.role}.")
