"""Every table: the only schema. Alembic's migrations beside it follow this file; a test compares them.

Keys are UUIDv7, so their order is the order of arrival. Times are whole milliseconds since 1970,
UTC: integers sort and compare alike in SQLite and PostgreSQL. Texts that people typed live in
`comment`, `revision` and `author` only, where erasure finds them.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

Json = JSON().with_variant(JSONB(), "postgresql")
Id = Uuid(as_uuid=False)
_REPLY = text("parent_id IS NOT NULL")
_TOPMOST: dict[str, Any] = {
    "sqlite_where": text("parent_id IS NULL AND is_listed IS 1"),
    "postgresql_where": text("parent_id IS NULL AND is_listed IS true"),
}
_UNSENT = text("sent_at_ms IS NULL")
_ADDRESSED = text("address_block IS NOT NULL")
_REFUSED = text("status = 'rejected' AND body <> ''")


class Site(SQLModel, table=True):
    """A publication; its articles, readers, policy and queue are its own."""

    id: str = Field(primary_key=True, max_length=100)
    title: str
    created_at_ms: int = Field(sa_type=BigInteger)


class Article(SQLModel, table=True):
    """What is commented on. `key` is the publisher's own id; `version` grows with each public change."""

    __table_args__ = (UniqueConstraint("site_id", "key"),)
    id: str = Field(primary_key=True, sa_type=Id)
    site_id: str = Field(foreign_key="site.id")
    key: str = Field(sa_type=Text)
    title: str | None = None
    url: str | None = None
    state: str = "open"
    closes_at_ms: int | None = Field(default=None, sa_type=BigInteger)
    comment_count: int = 0  # approved ones; changed in the transaction that changes a status
    version: int = 0
    created_at_ms: int = Field(sa_type=BigInteger)


class Author(SQLModel, table=True):
    """Who writes. Approved and rejected comments are counted when asked: nothing here can drift."""

    id: str = Field(primary_key=True, sa_type=Id)
    site_id: str = Field(foreign_key="site.id")
    name: str
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
        Index("ix_comment_status", "site_id", "status", "id"),
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
    queued_at_ms: int | None = Field(default=None, sa_type=BigInteger)
    words_hash: str
    address_block: str | None = None  # cleared after the retention time
    created_at_ms: int = Field(sa_type=BigInteger)
    edited_at_ms: int | None = Field(default=None, sa_type=BigInteger)


class Liking(SQLModel, table=True):
    """Who likes what, once each; `comment.like_count` counts it in the same transaction."""

    author_id: str = Field(primary_key=True, foreign_key="author.id", sa_type=Id)
    comment_id: str = Field(primary_key=True, foreign_key="comment.id", sa_type=Id)
    created_at_ms: int = Field(sa_type=BigInteger)


class Revision(SQLModel, table=True):
    """A text as it was submitted; what scores, decisions and labels point to."""

    comment_id: str = Field(primary_key=True, foreign_key="comment.id", sa_type=Id)
    number: int = Field(primary_key=True)
    body: str = Field(sa_type=Text)
    author_name: str
    created_at_ms: int = Field(sa_type=BigInteger)


class Score(SQLModel, table=True):
    """What one model said of one revision: label → probability."""

    comment_id: str = Field(primary_key=True, foreign_key="comment.id", sa_type=Id)
    revision: int = Field(primary_key=True)
    model_id: str = Field(primary_key=True)
    scores: dict[str, float] = Field(sa_type=Json)
    name_scores: dict[str, float] = Field(sa_type=Json)
    created_at_ms: int = Field(sa_type=BigInteger)


class Policy(SQLModel, table=True):
    """A version of a site's rules; the newest number is in force."""

    __table_args__ = (UniqueConstraint("site_id", "number"),)
    id: str = Field(primary_key=True, sa_type=Id)
    site_id: str = Field(foreign_key="site.id")
    number: int
    rules: dict[str, Any] = Field(sa_type=Json)
    made_by: str
    created_at_ms: int = Field(sa_type=BigInteger)


class Decision(SQLModel, table=True):
    """Who decided what, and why; append-only. An undo is one more decision."""

    __table_args__ = (
        UniqueConstraint("comment_id", "version"),  # nothing is decided twice
        UniqueConstraint("undoes_id"),
        Index("ix_decision_actor", "actor", "created_at_ms"),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    comment_id: str = Field(foreign_key="comment.id", sa_type=Id)
    revision: int
    version: int  # the comment's version that this decision made
    actor: str  # policy | moderator | author
    account_id: str | None = None  # the moderator's account or token
    actor_name: str
    action: str
    status_before: str | None = None
    status_after: str
    reason: str | None = None
    note: str | None = None
    reasons: list[dict[str, Any]] = Field(sa_type=Json)
    policy_id: str | None = Field(default=None, foreign_key="policy.id", sa_type=Id)
    model_id: str | None = None
    undoes_id: str | None = Field(default=None, foreign_key="decision.id", sa_type=Id)
    probability: float = 1.0  # with which this comment came before a person
    waited_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_at_ms: int = Field(sa_type=BigInteger)


class Outbox(SQLModel, table=True):
    """What happened and has still to be told: ids and counts, kept a day."""

    __table_args__ = (
        Index("ix_outbox_article", "article_id", "version"),
        Index("ix_outbox_unsent", "id", postgresql_where=_UNSENT, sqlite_where=_UNSENT),
        Index("ix_outbox_created", "created_at_ms"),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    kind: str
    site_id: str
    article_id: str = Field(sa_type=Id)
    comment_id: str | None = Field(default=None, sa_type=Id)
    version: int | None = None
    parent_id: str | None = Field(default=None, sa_type=Id)
    comment_count: int | None = None
    created_at_ms: int = Field(sa_type=BigInteger)
    sent_at_ms: int | None = Field(default=None, sa_type=BigInteger)


class AuditEntry(SQLModel, table=True):
    """Ids and facts of every act, no texts and no names; append-only."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_subject", "subject_id"),)
    id: str = Field(primary_key=True, sa_type=Id)
    at_ms: int = Field(sa_type=BigInteger)
    actor_id: str
    act: str
    subject_id: str
    facts: dict[str, Any] = Field(sa_type=Json)


class Account(SQLModel, table=True):
    """A moderator or admin who signs in to the console."""

    id: str = Field(primary_key=True, sa_type=Id)
    name: str = Field(unique=True)
    role: str
    password_hash: str | None = None  # argon2id; None: sign-in by one-time link only
    created_at_ms: int = Field(sa_type=BigInteger)


class ConsoleSession(SQLModel, table=True):
    """A signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "console_session"
    token_hash: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", sa_type=Id)
    csrf: str
    created_at_ms: int = Field(sa_type=BigInteger)
    expires_at_ms: int = Field(sa_type=BigInteger)


class Token(SQLModel, table=True):
    """An API token or a one-time sign-in link; only its hash is kept."""

    id: str = Field(primary_key=True, sa_type=Id)
    token_hash: str = Field(unique=True)
    use: str  # api | sign_in
    role: str
    name: str
    created_at_ms: int = Field(sa_type=BigInteger)
    expires_at_ms: int | None = Field(default=None, sa_type=BigInteger)
    ended_at_ms: int | None = Field(default=None, sa_type=BigInteger)  # revoked, or the link was used


class IdempotencyKey(SQLModel, table=True):
    """A request that was answered: the same key gets the same answer, another body is refused."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_created", "created_at_ms"),)
    owner: str = Field(primary_key=True)
    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: str
    subject_id: str = Field(sa_type=Id)  # what the first request made: a comment or a decision
    created_at_ms: int = Field(sa_type=BigInteger)


class Model(SQLModel, table=True):
    """A classifier that was registered: its locks agreed when it came in."""

    id: str = Field(primary_key=True)
    folder: str
    registered_at_ms: int = Field(sa_type=BigInteger)


class Promotion(SQLModel, table=True):
    """Which model answered from when on; the last row points to the champion."""

    number: int | None = Field(default=None, primary_key=True)
    model_id: str = Field(foreign_key="model.id")
    made_by: str
    created_at_ms: int = Field(sa_type=BigInteger)


class Lease(SQLModel, table=True):
    """Who may do a job that only one process does at a time, and until when."""

    name: str = Field(primary_key=True)
    holder: str
    expires_at_ms: int = Field(sa_type=BigInteger)


# The same tables for Core statements: `comment.c.status` instead of `Comment.status`.
site = SQLModel.metadata.tables["site"]
article = SQLModel.metadata.tables["article"]
author = SQLModel.metadata.tables["author"]
comment = SQLModel.metadata.tables["comment"]
liking = SQLModel.metadata.tables["liking"]
revision = SQLModel.metadata.tables["revision"]
score = SQLModel.metadata.tables["score"]
policy = SQLModel.metadata.tables["policy"]
decision = SQLModel.metadata.tables["decision"]
outbox = SQLModel.metadata.tables["outbox"]
audit_entry = SQLModel.metadata.tables["audit_entry"]
account = SQLModel.metadata.tables["account"]
console_session = SQLModel.metadata.tables["console_session"]
token = SQLModel.metadata.tables["token"]
idempotency_key = SQLModel.metadata.tables["idempotency_key"]
model = SQLModel.metadata.tables["model"]
promotion = SQLModel.metadata.tables["promotion"]
lease = SQLModel.metadata.tables["lease"]
