"""A site's policy: read its versions, and put a new one in force.

Every version is kept. A change is a new version over the one in force: what is not named stays as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ..domain.errors import Conflict, Field, Invalid, Missing
from ..domain.roles import Person, require
from ..domain.rulebook import Rulebook, rulebook
from ..store import audit, policies
from ..store.writer import Transaction
from .parts import Parts
from .scoring import Bench, make_bench, normal_words

LISTS = ("banned", "suspect")


@dataclass(frozen=True, slots=True)
class Version:
    """One version as readers may know it. until_ms None: it is in force."""

    row: Row[Any]
    rulebook: Rulebook
    site_title: str
    until_ms: int | None
    all: Sequence[Row[Any]]  # every version of the site, the newest first


def in_force(parts: Parts, site_id: str) -> tuple[Row[Any], Bench]:
    """Return (the newest version, what judges by it). Raises Missing (site)."""
    parts.scoring.bench(site_id)
    with parts.database.read() as connection:
        newest = policies.versions(connection, site_id)[0]
    return newest, _bench(parts, newest)


def version(parts: Parts, site_id: str, number: int | None) -> Version:
    """Return a version to be shown, the newest where no number is given. Raises Missing.

    An earlier one is read with today's classifier: which one judged then is in the decisions.
    """
    parts.scoring.bench(site_id)
    with parts.database.read() as connection:
        rows = policies.versions(connection, site_id)
        title = policies.site_title(connection, site_id)
    found = next((row for row in rows if number in {None, row.number}), None)
    if found is None:
        raise Missing(f"This policy has no version {number}.")
    later = [row.created_at_ms for row in rows if row.number > found.number]
    shown = rulebook(_bench(parts, found).rules, found.rules)
    return Version(found, shown, title, min(later, default=None), rows)


def change(
    parts: Parts, person: Person, site_id: str, wanted: Mapping[str, Any], *, number: int | None
) -> tuple[Row[Any], Bench]:
    """Put a new version in force. Raises Invalid, Missing, or Conflict where `number` is over."""
    require(person, "admin")
    parts.scoring.bench(site_id)
    _check(wanted, parts.scoring.classifier.labels if parts.scoring.classifier else ())

    def act(transaction: Transaction) -> None:
        newest = policies.versions(transaction.connection, site_id)[0]
        if number not in {None, newest.number}:
            raise Conflict(f"Version {newest.number} is in force now, not {number}: look at it first.")
        rules = {**newest.rules, **wanted}
        if rules == newest.rules:
            return
        made_by = person.account_id or person.person_id
        policy_id = policies.add(transaction, site_id=site_id, rules=rules, made_by=made_by)
        facts = {"site": site_id, "number": newest.number + 1, "changed": sorted(wanted)}
        audit.add(transaction, actor_id=person.person_id, act="policy.put", subject_id=policy_id, facts=facts)

    parts.writer.run(act)
    parts.scoring.refresh()  # this process at once, the others within a second
    return in_force(parts, site_id)


def _bench(parts: Parts, row: Row[Any]) -> Bench:
    return make_bench(parts.scoring.classifier, row.id, row.rules)


def _check(wanted: Mapping[str, Any], labels: Sequence[str]) -> None:
    """Raise Invalid naming every rule that could not mean what it says."""
    wrong = [
        Field(f"{name}/{at}", f"“{entry}” holds no word that could be found.")
        for name in LISTS
        for at, entry in enumerate(wanted.get(name, ()))
        if not normal_words(entry)
    ]
    for label, limits in wanted.get("limits", {}).items():
        if labels and label not in labels:
            wrong.append(Field(f"limits/{label}", f"The classifier's labels are {', '.join(labels)}."))
        queue, reject = limits["queue"], limits["reject"]
        if queue is not None and reject is not None and reject < queue:
            wrong.append(Field(f"limits/{label}/reject", "It must not lie below the other limit."))
    if wrong:
        raise Invalid(wrong[0].detail, wrong)
