"""What a service acknowledged, as its clients heard it; and whether that is what it holds.

Every test that breaks something keeps one of these. `differences` compares it with SQL: nothing
that was acknowledged may be missing or changed, nothing may be there twice, nothing may be decided
twice, and nothing may be public that no model has scored.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from moderation.store import tables
from moderation.store.db import open_database
from tests.service import Service

BROKEN = 0  # instead of a status: the connection broke


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: to what, with which status, when, after how long."""

    act: str
    status: int
    at_s: float
    took_s: float


@dataclass(slots=True)
class Ledger:
    """What was tried and what was acknowledged. Threads may share it.

    tried: every text by its idempotency key; posted: the comments of those that were answered 201.
    decided: by comment, every decision that was answered 201. answers: to everything, in order.
    """

    tried: dict[str, str] = field(default_factory=dict)
    posted: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    decided: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    answers: list[Answer] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """Count what a client was told is done."""
        return len(self.posted) + len(self.decided)

    def done_since(self, moment_s: float) -> float | None:
        """Return when the first thing that was asked for after a moment was acknowledged, if any was."""
        return next((a.at_s for a in self.answers if a.status == 201 and a.at_s - a.took_s > moment_s), None)

    def rate(self, act: str, begin_s: float, end_s: float) -> float:
        """Return how often a second an act was acknowledged in a span of time."""
        done = (a for a in self.answers if a.act == act and a.status == 201 and begin_s <= a.at_s < end_s)
        return sum(1 for _ in done) / (end_s - begin_s)

    def statuses(self, act: str) -> set[int]:
        """Return every status that an act was answered with."""
        return {each.status for each in self.answers if each.act == act}


@dataclass(frozen=True, slots=True)
class Stored:
    """What SQL holds. decisions: of moderators. unscored: made public by the policy without a score."""

    comments: Mapping[str, tuple[str, str, str]]  # id → (article, body, status)
    decisions: Mapping[str, tuple[str, str]]  # id → (comment, status after it)
    unscored: Sequence[str]
    counted: Mapping[str, int]  # what each article says of itself


def read_stored(service: Service) -> Stored:
    """Read everything from the service's database, whichever it is."""
    database = open_database(service.environment.get("FIRSTWORD_DATABASE_URL"), service.data_dir)
    try:
        with database.read() as connection:
            return _read(connection)
    finally:
        database.close()


def count_waiting(service: Service) -> int:
    """Count the comments that wait for a person, by SQL."""
    database = open_database(service.environment.get("FIRSTWORD_DATABASE_URL"), service.data_dir)
    is_pending = tables.comment.c.status == "pending"
    try:
        with database.read() as connection:
            return int(connection.execute(select(func.count()).where(is_pending)).scalar_one())
    finally:
        database.close()


def _read(connection: Connection) -> Stored:
    comment, decision, article = tables.comment, tables.decision, tables.article
    comments = select(comment.c.id, comment.c.article_id, comment.c.body, comment.c.status)
    said = (decision.c.comment_id, decision.c.status_after)
    by_people = select(decision.c.id, *said).where(decision.c.actor == "moderator")
    by_policy = select(decision.c.comment_id).where(
        decision.c.actor == "policy",
        decision.c.status_after == "approved",
        decision.c.comment_id.not_in(select(tables.score.c.comment_id)),
    )
    return Stored(
        comments={row.id: (row.article_id, row.body, row.status) for row in connection.execute(comments)},
        decisions={row.id: (row.comment_id, row.status_after) for row in connection.execute(by_people)},
        unscored=connection.execute(by_policy).scalars().all(),
        counted={
            row.id: row.comment_count
            for row in connection.execute(select(article.c.id, article.c.comment_count))
        },
    )


def differences(ledger: Ledger, stored: Stored) -> list[str]:
    """Name everything in which a service does not hold what it should; nothing is the rule."""
    return [*lost(ledger, stored), *doubled(stored), *untrue(stored)]


def lost(ledger: Ledger, stored: Stored) -> list[str]:
    """Name what was acknowledged and is missing, or is not what it was."""
    wrong = [
        f"posted and lost: {posted['id']}"
        for posted in ledger.posted.values()
        if stored.comments.get(posted["id"], ("", "", ""))[1] != posted["body"]
    ]
    for comment_id, answers in ledger.decided.items():
        for answer in answers:
            said = (comment_id, answer["comment"]["status"])
            if stored.decisions.get(answer["decision"]["id"]) != said:
                wrong.append(f"decided and lost: {comment_id}")
            elif stored.comments[comment_id][2] != said[1]:
                wrong.append(f"decided and not so: {comment_id}")
    return wrong


def doubled(stored: Stored) -> list[str]:
    """Name what is there more than once: a text on an article, a decision on a comment."""
    texts = Counter((article, body) for article, body, _ in stored.comments.values())
    acts = Counter(comment_id for comment_id, _ in stored.decisions.values())
    return [f"posted {times} times: {body}" for (_, body), times in texts.items() if times > 1] + [
        f"decided {times} times: {comment_id}" for comment_id, times in acts.items() if times > 1
    ]


def untrue(stored: Stored) -> list[str]:
    """Name what is public and unscored, and articles that count wrongly."""
    approved = Counter(article for article, _, status in stored.comments.values() if status == "approved")
    return [f"public and unscored: {comment_id}" for comment_id in stored.unscored] + [
        f"{approved[article]} are public, {count} are counted"
        for article, count in stored.counted.items()
        if approved[article] != count
    ]
