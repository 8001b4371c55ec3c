"""Pull the brake on a site or an article, and release it before its end.

Brakes are part of the bench that judges: this process knows at once, the others within a second, and no
post asks SQL for them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from uuid_utils import uuid7

from ..domain import content
from ..domain.brake import LONGEST_MS, Brake, Kind
from ..domain.errors import Field, Invalid, Missing
from ..domain.roles import Person, require
from ..store import audit, brakes
from ..store.writer import Transaction
from .parts import Parts, now_ms

SLOWEST_S = 24 * 3600


def pull(
    parts: Parts,
    person: Person,
    site_id: str,
    *,
    kind: Kind,
    article_key: str | None,
    pause_s: int,
    until_ms: int,
) -> Brake:
    """Put a brake on. Raises Missing (site) and Invalid (no end, an end too far, a pause where none is)."""
    require(person, "moderator")
    parts.scoring.bench(site_id)
    key = content.checked_article_key(article_key) if article_key is not None else None
    _check(kind, pause_s, until_ms)
    made = Brake(str(uuid7()), kind, key, pause_s, until_ms)

    def act(transaction: Transaction) -> None:
        row = {
            "id": made.brake_id,
            "article_key": key,
            "kind": kind,
            "pause_s": pause_s,
            "until_ms": until_ms,
        }
        brakes.add(transaction, {**row, "site_id": site_id, "made_by": person.person_id})
        facts = {"site": site_id, "kind": kind, "article": key, "pause_s": pause_s, "until_ms": until_ms}
        _note(transaction, person, "brake.pull", made.brake_id, facts)

    parts.writer.run(act)
    _tell(parts)
    return made


def release(parts: Parts, person: Person, site_id: str, brake_id: str) -> None:
    """Take a brake off before its end. Raises Missing when it is not on."""
    require(person, "moderator")

    def act(transaction: Transaction) -> None:
        if not brakes.end(transaction, site_id, brake_id):
            raise Missing("This brake is not on.")
        _note(transaction, person, "brake.release", brake_id, {"site": site_id})

    parts.writer.run(act)
    _tell(parts)


def on(parts: Parts, site_id: str) -> Sequence[Brake]:
    """Return the brakes of a site that are on. Raises Missing (site)."""
    return [each for each in parts.scoring.bench(site_id).brakes if each.until_ms > now_ms()]


def _tell(parts: Parts) -> None:
    parts.scoring.refresh()
    parts.pages.forget()  # pages say whether an article is open


def _check(kind: Kind, pause_s: int, until_ms: int) -> None:
    wrong = []
    if not 0 < until_ms - now_ms() <= LONGEST_MS:
        wrong.append(Field("until", "A brake ends in the future, within thirty days."))
    if kind == "slow" and not 1 <= pause_s <= SLOWEST_S:
        wrong.append(Field("pause_s", f"Slow mode takes 1 to {SLOWEST_S} seconds between two comments."))
    if kind != "slow" and pause_s:
        wrong.append(Field("pause_s", "Only slow mode has a pause."))
    if wrong:
        raise Invalid(wrong[0].detail, wrong)


def _note(
    transaction: Transaction, person: Person, act: str, brake_id: str, facts: Mapping[str, Any]
) -> None:
    audit.add(transaction, actor_id=person.person_id, act=act, subject_id=brake_id, facts=facts)
