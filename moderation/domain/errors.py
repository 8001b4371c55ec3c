"""Every way in which Firstword says no, drawn as a tree.

    Refused                  the request was understood and is not carried out
    ├── Invalid              422  something in it is wrong; `fields` names what
    ├── Unauthenticated      401  who is asking is not known
    ├── Forbidden            403  known, and not allowed to
    ├── Missing              404  no such thing
    ├── Conflict             409  someone else decided first, or the state does not allow it
    ├── Unproven             428  a proof of work is asked for; `challenge` is what to solve
    ├── TooMany              429  slower, please; `retry_after_s` says when
    └── Away                 503  a part that is needed cannot be reached now

Raised where the rule is known, with the values that explain it; turned into HTTP in one table
(`web/errors.py`) and into exit status 1 by the command line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One input that is wrong: where (a JSON pointer without the leading slash) and why."""

    name: str
    detail: str


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a failure of ours
    """Say no, in one sentence that a person can act on."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Invalid(Refused):
    """Something in the request is wrong."""

    def __init__(self, detail: str, fields: Sequence[Field] = ()) -> None:
        super().__init__(detail)
        self.fields = tuple(fields)


class Unauthenticated(Refused):
    """Who is asking is not known."""


class Forbidden(Refused):
    """The person is known and may not do this."""


class Missing(Refused):
    """There is no such thing."""


class Conflict(Refused):
    """Someone else decided first, or the state does not allow it."""


class Unproven(Refused):
    """A proof of work is asked for; `challenge` is what to solve."""

    def __init__(self, detail: str, *, challenge: Mapping[str, Any]) -> None:
        super().__init__(detail)
        self.challenge = challenge


class TooMany(Refused):
    """Too many requests; `retry_after_s` is whole seconds, at least 1."""

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = max(1, retry_after_s)


class Away(Refused):
    """A part that is needed cannot be reached now; nothing was acknowledged."""

    def __init__(self, detail: str, *, retry_after_s: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_s = max(1, retry_after_s)
