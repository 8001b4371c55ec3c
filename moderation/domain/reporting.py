"""What reports are about, what a reporter's word weighs, and when a report asks a person to look again.

A reporter weighs 2·(u + 2) / (u + d + 4), where moderators upheld u of their last 200 reports and
dismissed d: twice the mean of a Beta(2, 2) that has seen them. Whoever is new weighs 1, who is always right
tends to 2, who cries wolf to 0: after one dismissed report 0.8, after ten 0.29.

Open reports of a comment add up. Anonymous reporters of one address block are one source, of which the
heaviest counts: a second token costs nothing. At `reports_queue` a person is asked; each time that a person
has kept the comment, twice as much is needed for the next. At `reports_hide`, where a site sets it, the
comment is taken off the page until somebody has looked. Something illegal always reaches a person: the law
asks that each such notice be decided (DSA, Art. 16).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .content import checked_text
from .errors import Field, Invalid
from .policy import Rules

CATEGORIES = {
    "abuse": "It attacks or insults somebody",
    "hate": "It is hateful towards a group of people",
    "threat": "It threatens somebody",
    "sexual": "It is sexual",
    "spam": "It is spam or advertising",
    "misinformation": "It misinforms",
    "off_topic": "It is off the topic",
    "illegal": "It is illegal",
    "other": "Something else",
}
PRIOR = 2.0  # reports of each kind that everybody is taken to have written already
TEXT_LIMIT = 2000  # characters
NAME_LIMIT = 200  # a notifier's: as long as names on paper get, with titles
EMAIL_LIMIT = 254  # what SMTP can deliver to

FollowUp = Literal["note", "queue", "hide"]
Outcome = Literal["upheld", "dismissed", "moot"]

OUTCOMES = {
    "open": "A moderator has not decided yet.",
    "upheld": "A moderator agreed: the comment is no longer shown.",
    "dismissed": "A moderator looked and kept the comment.",
    "moot": "Its author took the comment back.",
}


@dataclass(frozen=True, slots=True)
class Filed:
    """One open report. source: whom it counts for; weight: of the reporter when it was written."""

    source: str
    weight: float
    category: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a reporter says. The last four only matter to something illegal (DSA, Art. 16)."""

    category: str
    text: str | None = None
    name: str | None = None
    email: str | None = None
    good_faith: bool = False
    concerns_minors: bool = False  # sexual offences against minors: the notifier need not say who they are


def checked(said: Complaint) -> Complaint:
    """Return a complaint as it is kept. Raises Invalid naming each field that is missing or wrong."""
    text = _clean(said.text, "text", TEXT_LIMIT)
    if said.category != "illegal":
        return Complaint(said.category, text)
    kept = replace(
        said,
        text=text,
        name=_clean(said.name, "name", NAME_LIMIT),
        email=_clean(said.email, "email", EMAIL_LIMIT),
    )
    if wrong := list(_lacking(kept)):
        raise Invalid(" ".join(each.detail for each in wrong), wrong)
    return kept


def _lacking(said: Complaint) -> Iterator[Field]:
    """Yield what a notice of something illegal lacks."""
    if not said.text:
        yield Field("text", "Say why you consider it illegal.")
    if not said.concerns_minors and not said.name:
        yield Field("name", "Give your name.")
    if not said.concerns_minors and not said.email:
        yield Field("email", "Give an e-mail address, to which the decision can be sent.")
    if said.email and not is_email(said.email):
        yield Field("email", "This is not an e-mail address.")
    if not said.good_faith:
        yield Field("good_faith", "Confirm that what you state is accurate and complete, as far as you know.")


def _clean(text: str | None, field: str, limit: int) -> str | None:
    return checked_text(text, field=field, limit=limit) if text and text.strip() else None


def is_email(text: str) -> bool:
    """Tell what could be one: whether it is, only a letter to it can tell."""
    local, _, domain = text.rpartition("@")
    return bool(local) and "." in domain.strip(".") and not any(char.isspace() for char in text)


def weight(*, upheld: int, dismissed: int) -> float:
    """Return what a reporter's word weighs, between 0 and 2; 1 for somebody new."""
    return 2 * (upheld + PRIOR) / (upheld + dismissed + 2 * PRIOR)


def total(reports: Sequence[Filed]) -> float:
    """Add up open reports: of each source the heaviest."""
    heaviest: dict[str, float] = defaultdict(float)
    for each in reports:
        heaviest[each.source] = max(heaviest[each.source], each.weight)
    return sum(heaviest.values())


def follow_up(reports: Sequence[Filed], rules: Rules, *, kept: int) -> FollowUp:
    """Tell what the open reports of a published comment ask for. kept: how often a person has kept it."""
    again = 2**kept
    summed = total(reports)
    if rules.reports_hide is not None and summed >= rules.reports_hide * again:
        return "hide"
    is_notice = any(each.category == "illegal" for each in reports)
    return "queue" if is_notice or summed >= rules.reports_queue * again else "note"


def harm(reports: Sequence[Filed]) -> float:
    """Estimate harm for the queue's order, 0…1: half for one new reporter, nearly 1 for many."""
    summed = total(reports)
    return summed / (1 + summed)


def sentence(number: int) -> str:
    """Say how many readers reported."""
    return "A reader reported it." if number == 1 else f"{number} readers reported it."
