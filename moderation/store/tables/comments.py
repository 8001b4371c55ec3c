"""Who writes what, and what others think of it."""

from typing import Any

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field, SQLModel

from .columns import Id, Json

_REPLY = text("parent_id IS NOT NULL")
_TOPMOST: dict[str, Any] = {
    "sqlite_where": text("parent_id IS NULL AND is_listed IS 1"),
    "postgresql_where": text("parent_id IS NULL AND is_listed IS true"),
}
_PINNED = text("pinned_at_ms IS NOT NULL")
_FEATURED = text("featured_at_ms IS NOT NULL")
_ADDRESSED = text("address_block IS NOT NULL")
_REFUSED = text("status = 'rejected' AND body <> ''")
_WAITING = text("status = 'pending' OR queued_at_ms IS NOT NULL")
_SIGNED_IN = text("subject IS NOT NULL")
_PROTECTED = text("skeleton IS NOT NULL")


class Author(SQLModel, table=True):
    """Who writes. Approved and rejected comments are counted when asked: nothing here can drift."""

    __table_args__ = (
        Index(
            "ix_author_subject",
            "site_id",
            "subject",
            unique=True,
            postgresql_where=_SIGNED_IN,
            sqlite_where=_SIGNED_IN,
        ),
        Index(
            "ix_author_skeleton", "skeleton", "site_id", postgresql_where=_PROTECTED, sqlite_where=_PROTECTED
        ),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    site_id: str = Field(foreign_key="site.id")
    name: str
    subject: str | None = None  # who this is to the publisher's sign-in: the `sub` of their tokens
    skeleton: str | None = None  # what the name looks like, where nobody else may look like it
    standing: str = "normal"  # normal | premoderated | banned | erased
    standing_until_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_at_ms: int = Field(sa_type=BigInteger)


class Comment(SQLModel, table=True):
    """A comment as it stands now; its history is in `revision` and `decision`."""

    __table_args__ = (
        Index("ix_comment_page", "article_id", "parent_id", "is_listed", "id"),
        Index(
            "ix_comment_replies", "parent_id", "is_listed", "id", postgresql_where=_REPLY, sqlite_where=_REPLY
        ),
        Index("ix_comment_top", "article_id", "like_count", "id", **_TOPMOST),
        Index("ix_comment_discussed", "article_id", "reply_count", "id", **_TOPMOST),
        Index("ix_comment_pinned", "article_id", postgresql_where=_PINNED, sqlite_where=_PINNED),
        Index("ix_comment_featured", "article_id", "id", postgresql_where=_FEATURED, sqlite_where=_FEATURED),
        Index("ix_comment_status", "site_id", "status", "id"),
        Index("ix_comment_waiting", "site_id", "id", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_comment_author", "author_id", "article_id", "id", "status"),
        Index("ix_comment_repeats", "author_id", "words_hash", "created_at_ms"),
        Index("ix_comment_addressed", "created_at_ms", postgresql_where=_ADDRESSED, sqlite_where=_ADDRESSED),
        Index("ix_comment_refused", "created_at_ms", postgresql_where=_REFUSED, sqlite_where=_REFUSED),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    site_id: str = Field(foreign_key="site.id")
    article_id: str = Field(foreign_key="article.id", sa_type=Id)
    parent_id: str | None = Field(default=None, foreign_key="comment.id", sa_type=Id)
    author_id: str = Field(foreign_key="author.id", sa_type=Id)
    author_name: str  # as it was when this revision was written
    author_badges: str = Field(
        default="", sa_column_kwargs={"server_default": text("''")}
    )  # with commas, as then
    body: str = Field(sa_type=Text)  # empty once a refused text was kept long enough
    body_html: str = Field(sa_type=Text)
    revision: int = 1
    status: str
    is_listed: bool
    version: int = 1  # grows with every decision and edit: the fence between moderators
    reply_count: int = 0  # approved direct replies
    like_count: int = 0
    lane: str = "doubtful"  # where it waits, if it waits
    priority: float = 0.0
    # Since when it waits: pending, or decided and asked about again by readers (reports, an appeal).
    queued_at_ms: int | None = Field(default=None, sa_type=BigInteger)
    words_hash: str
    address_block: str | None = None  # cleared after the retention time
    created_at_ms: int = Field(sa_type=BigInteger)
    edited_at_ms: int | None = Field(default=None, sa_type=BigInteger)
    pinned_at_ms: int | None = Field(default=None, sa_type=BigInteger)  # `article.pin_count` counts these,
    featured_at_ms: int | None = Field(default=None, sa_type=BigInteger)  # and `pick_count` those


class Revision(SQLModel, table=True):
    """A text as it was submitted; what scores, decisions and labels point to."""

    comment_id: str = Field(primary_key=True, foreign_key="comment.id", sa_type=Id)
    number: int = Field(primary_key=True)
    body: str = Field(sa_type=Text)
    author_name: str
    created_at_ms: int = Field(sa_type=BigInteger)


class Softening(SQLModel, table=True):
    """What an author had written before a nudge, kept only because they ticked it."""

    comment_id: str = Field(primary_key=True, foreign_key="comment.id", sa_type=Id)
    body: str = Field(sa_type=Text)
    created_at_ms: int = Field(sa_type=BigInteger)


class Score(SQLModel, table=True):
    """What one model said of one revision: label → probability."""

    comment_id: str = Field(primary_key=True, foreign_key="comment.id", sa_type=Id)
    revision: int = Field(primary_key=True)
    model_id: str = Field(primary_key=True)
    scores: dict[str, float] = Field(sa_type=Json)
    name_scores: dict[str, float] = Field(sa_type=Json)
    created_at_ms: int = Field(sa_type=BigInteger)


class Liking(SQLModel, table=True):
    """Who likes what, once each; `comment.like_count` counts it in the same transaction."""

    author_id: str = Field(primary_key=True, foreign_key="author.id", sa_type=Id)
    comment_id: str = Field(primary_key=True, foreign_key="comment.id", sa_type=Id)
    created_at_ms: int = Field(sa_type=BigInteger)


class Muting(SQLModel, table=True):
    """Whose comments somebody does not want to see; theirs alone, nobody else is told."""

    author_id: str = Field(primary_key=True, foreign_key="author.id", sa_type=Id)
    muted_id: str = Field(primary_key=True, foreign_key="author.id", sa_type=Id)
    created_at_ms: int = Field(sa_type=BigInteger)
