"""Who may do what: the whole table."""

import pytest

from moderation.domain.errors import Forbidden
from moderation.domain.roles import ROLES, Person, Role, require

GRANTS: dict[Role, set[Role]] = {
    "reader": {"reader"},
    "scorer": {"scorer"},
    "moderator": {"reader", "scorer", "moderator"},
    "admin": {"reader", "scorer", "moderator", "admin"},
}


def test_the_table_speaks_of_every_role() -> None:
    assert GRANTS.keys() == set(ROLES)


@pytest.mark.parametrize("wanted", ROLES)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_grants_what_the_table_says_and_nothing_else(role: Role, wanted: Role) -> None:
    person = Person("1", role, "Ada")
    if wanted in GRANTS[role]:
        require(person, wanted)
    else:
        with pytest.raises(Forbidden, match=wanted):
            require(person, wanted)
