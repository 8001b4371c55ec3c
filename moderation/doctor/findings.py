"""What a check found: a line with a level, and what to do about it where something is to be done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..settings import Settings

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """level problem: the service will not work, or lose something; warning: it works, but not well."""

    level: Level
    about: str
    says: str
    do: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def ok(about: str, says: str) -> Finding:
    """Say that all is well."""
    return Finding("ok", about, says)


def warning(about: str, says: str, do: str) -> Finding:
    """Say what should be changed."""
    return Finding("warning", about, says, do)


def problem(about: str, says: str, do: str) -> Finding:
    """Say what must be changed."""
    return Finding("problem", about, says, do)


def unless_found(found: list[Finding], about: str, says: str) -> Iterator[Finding]:
    """Yield what was found, or that all is well."""
    yield from found or [ok(about, says)]
