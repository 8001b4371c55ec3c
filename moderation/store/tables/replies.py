"""Who is told of which reply, and by which ways."""

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from .columns import Id

_UNREAD = text("read_at_ms IS NULL")


class ReplyNotice(SQLModel, table=True):
    """A reply that its parent's author was told of, once; ids only."""

    __tablename__ = "reply_notice"
    __table_args__ = (
        Index("ix_reply_notice_unread", "author_id", postgresql_where=_UNREAD, sqlite_where=_UNREAD),
    )
    author_id: str = Field(primary_key=True, foreign_key="author.id", sa_type=Id)
    comment_id: str = Field(primary_key=True, foreign_key="comment.id", sa_type=Id)
    created_at_ms: int = Field(sa_type=BigInteger)
    read_at_ms: int | None = Field(default=None, sa_type=BigInteger)


class ReplyFeed(SQLModel, table=True):
    """A reader's private feed; only the hash of its address is kept."""

    __tablename__ = "reply_feed"
    author_id: str = Field(primary_key=True, foreign_key="author.id", sa_type=Id)
    token_hash: str = Field(unique=True)
    created_at_ms: int = Field(sa_type=BigInteger)
