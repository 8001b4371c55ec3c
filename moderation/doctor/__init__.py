"""`firstword doctor`: look at an installation and say what is wrong with it, and what to do.

Reads only: nothing is made, migrated or repaired, so that it may be run beside a service, or before the
first start. CHECKS is the examination, in the order in which one thing rests on another; every check
runs, and one that fails in a way nobody foresaw is a problem, not the end.
"""

from collections.abc import Iterator, Sequence

from ..domain.errors import Invalid
from ..settings import Settings, load
from . import database, front, machine, models, queue, signing
from .findings import Check, Finding, problem

# What is looked at, by what, and which other matter must be in order for that.
CHECKS: Sequence[tuple[str, Check, str]] = (
    ("settings", machine.settings_are_known, ""),
    ("key", machine.key_is_ours_alone, ""),
    ("files", machine.files_are_private, ""),
    ("disk", machine.disk_has_room, ""),
    ("database", database.answers, ""),
    ("server", database.server_is_fit, "database"),
    ("schema", database.is_migrated, "database"),
    ("relay", database.events_are_carried, "database"),
    ("redis", queue.answers, ""),
    ("queue", queue.keeps_what_waits, "redis"),
    ("clock", machine.clock_is_right, ""),
    ("clock", database.clock_agrees, "database"),
    ("clock", queue.clock_agrees, "redis"),
    ("model", models.champion_can_be_served, "database"),
    ("model", models.earlier_ones_are_there, "database"),
    ("proxy", front.proxies_are_named, ""),
    ("address", front.address_is_answered, ""),
    ("origins", front.origins_are_origins, ""),
    ("rates", front.posts_are_limited, ""),
    ("sign-in", signing.keys_can_be_had, ""),
    ("sign-in", signing.who_must_can, "schema"),
)


def examine() -> Iterator[Finding]:
    """Yield what each check found; with settings that cannot be read nothing else can be looked at."""
    try:
        settings = load()
    except Invalid as error:
        yield problem("settings", error.detail, "Correct it; `firstword settings` lists them all.")
        return
    ill: set[str] = set()
    for about, check, needs in CHECKS:
        if needs in ill:
            continue
        for finding in _checked(about, check, settings):
            ill |= {about} if finding.level == "problem" else set()
            yield finding


def _checked(about: str, check: Check, settings: Settings) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except Exception as error:
        says = f"could not be looked at: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        yield problem(about, says, "If the lines above do not explain it, it is our mistake: report it.")
