"""What readers ask a person to look at: reports of what others wrote, appeals against what was refused."""

from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from .columns import Id

_OPEN = text("status = 'open'")
_ADDRESSED = text("address_block IS NOT NULL")
_NAMED: dict[str, Any] = {
    "sqlite_where": text("is_named IS 1"),
    "postgresql_where": text("is_named IS true"),
}


class Report(SQLModel, table=True):
    """One reader's report of one comment, and what became of it."""

    __table_args__ = (
        UniqueConstraint("comment_id", "reporter_id"),
        Index("ix_report_reporter", "reporter_id", "id"),
        Index("ix_report_site", "site_id", "id"),
        Index("ix_report_open", "site_id", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_report_decision", "decision_id"),
        Index("ix_report_named", "closed_at_ms", **_NAMED),
        Index("ix_report_addressed", "created_at_ms", postgresql_where=_ADDRESSED, sqlite_where=_ADDRESSED),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    site_id: str = Field(foreign_key="site.id")
    comment_id: str = Field(foreign_key="comment.id", sa_type=Id)
    revision: int  # of the comment, that was reported
    reporter_id: str = Field(foreign_key="author.id", sa_type=Id)
    address_block: str | None = None  # of an anonymous reporter; cleared after the retention time
    category: str
    text: str | None = Field(default=None, sa_type=Text)
    weight: float  # of the reporter when this was written, see domain/reporting
    status: str = "open"  # open | upheld | dismissed | moot
    is_named: bool = False  # there is a `notice` that says by whom
    decision_id: str | None = Field(default=None, foreign_key="decision.id", sa_type=Id)
    created_at_ms: int = Field(sa_type=BigInteger)
    closed_at_ms: int | None = Field(default=None, sa_type=BigInteger)


class Notice(SQLModel, table=True):
    """Who notified us of something illegal (DSA, Art. 16): apart from the report, and not for long."""

    __table_args__ = (Index("ix_notice_reporter", "reporter_id"),)
    report_id: str = Field(primary_key=True, foreign_key="report.id", sa_type=Id)
    reporter_id: str = Field(foreign_key="author.id", sa_type=Id)
    name: str
    email: str


class Appeal(SQLModel, table=True):
    """An author's word against a refusal; one for each decision."""

    __table_args__ = (
        UniqueConstraint("decision_id"),
        Index("ix_appeal_comment", "comment_id"),
        Index("ix_appeal_author", "author_id", "id"),
        Index("ix_appeal_site", "site_id", "id"),
        Index("ix_appeal_open", "site_id", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_appeal_answer", "answer_id"),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    site_id: str = Field(foreign_key="site.id")
    comment_id: str = Field(foreign_key="comment.id", sa_type=Id)
    decision_id: str = Field(foreign_key="decision.id", sa_type=Id)  # that is appealed against
    author_id: str = Field(foreign_key="author.id", sa_type=Id)
    text: str = Field(sa_type=Text)
    status: str = "open"  # open | upheld | dismissed | moot
    answer_id: str | None = Field(default=None, foreign_key="decision.id", sa_type=Id)  # that answers it
    answer: str | None = Field(default=None, sa_type=Text)  # to the author, in the moderator's words
    created_at_ms: int = Field(sa_type=BigInteger)
    closed_at_ms: int | None = Field(default=None, sa_type=BigInteger)
