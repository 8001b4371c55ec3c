"""What processes tell each other, and which model answers."""

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from .columns import Id

_UNSENT = text("sent_at_ms IS NULL")


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
