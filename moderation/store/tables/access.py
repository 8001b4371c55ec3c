"""Who may enter, and which requests were answered."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from .columns import Id


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
    weight: float | None = None  # of what it suggests, in training; None: it teaches nothing
    rate: str | None = None  # of requests to score; None: the installation's


class KeyUsage(SQLModel, table=True):
    """How much a key asked on one day (UTC), counted in slices of some seconds."""

    __tablename__ = "key_usage"
    token_id: str = Field(primary_key=True, foreign_key="token.id", sa_type=Id)
    day: str = Field(primary_key=True)  # YYYY-MM-DD
    answered: int = 0
    refused: int = 0  # over the key's rate


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
