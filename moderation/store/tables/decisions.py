"""What was decided and done; append-only."""

from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import Id, Json


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
