"""Letters that are to be sent, and to whom: addresses live here and nowhere else."""

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from .columns import Id

_DUE = text("sent_at_ms IS NULL")


class ReplyAddress(SQLModel, table=True):
    """Where somebody wants to be told of replies; until it is confirmed, only the question goes there."""

    __tablename__ = "reply_address"
    id: str = Field(primary_key=True, sa_type=Id)  # another with each address: an old link confirms nothing
    author_id: str = Field(foreign_key="author.id", sa_type=Id, unique=True)
    email: str
    asked_at_ms: int = Field(sa_type=BigInteger)
    confirmed_at_ms: int | None = Field(default=None, sa_type=BigInteger)


class Letter(SQLModel, table=True):
    """One letter, sent at least once; its id is the Message-ID, so a second one can be told."""

    __table_args__ = (
        UniqueConstraint("address_id", "comment_id"),  # a reply is written of once
        Index("ix_letter_due", "due_at_ms", postgresql_where=_DUE, sqlite_where=_DUE),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    address_id: str = Field(foreign_key="reply_address.id", sa_type=Id)
    comment_id: str | None = Field(default=None, foreign_key="comment.id", sa_type=Id)  # None: the question
    due_at_ms: int = Field(sa_type=BigInteger)
    tries: int = 0
    sent_at_ms: int | None = Field(default=None, sa_type=BigInteger)
