"""What programs suggest, whose word weighs nothing until an admin trusts their key."""

from typing import Any

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from .columns import Id, Json


class Suggestion(SQLModel, table=True):
    """A text with the scores that a program thinks right (`comments:suggestscore`)."""

    __table_args__ = (Index("ix_suggestion_key", "token_id", "id"),)
    id: str = Field(primary_key=True, sa_type=Id)
    token_id: str = Field(foreign_key="token.id", sa_type=Id)
    community: str  # the program's own name for where this was written; empty where it gave none
    body: str = Field(sa_type=Text)
    scores: dict[str, Any] = Field(sa_type=Json)  # attribute → what was suggested, as it was sent
    languages: list[str] = Field(sa_type=Json)
    created_at_ms: int = Field(sa_type=BigInteger)
