"""What is commented on, and under which rules."""

from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from .columns import Id, Json

_ON = text("ended_at_ms IS NULL")


class Site(SQLModel, table=True):
    """A publication; its articles, readers, policy and queue are its own."""

    id: str = Field(primary_key=True, max_length=100)
    title: str
    needs_sign_in: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
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
    # Pinned and featured comments: a page of an article without asks for none.
    pin_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    pick_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    # Seconds between two comments of one reader (slow mode); 0: as fast as the rates allow.
    pause_s: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    version: int = 0
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


class Brake(SQLModel, table=True):
    """What moderators have put on a site or an article for a while."""

    __table_args__ = (Index("ix_brake_on", "until_ms", postgresql_where=_ON, sqlite_where=_ON),)
    id: str = Field(primary_key=True, sa_type=Id)
    site_id: str = Field(foreign_key="site.id")
    article_key: str | None = Field(default=None, sa_type=Text)  # which may not have begun; None: the site
    kind: str  # premoderate | close | slow
    pause_s: int
    until_ms: int = Field(sa_type=BigInteger)
    made_by: str
    created_at_ms: int = Field(sa_type=BigInteger)
    ended_at_ms: int | None = Field(default=None, sa_type=BigInteger)  # released before its end
