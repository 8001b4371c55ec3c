"""Every table: the only schema. Alembic's migrations beside it follow this package; a test compares them.

Keys are UUIDv7, so their order is the order of arrival. Times are whole milliseconds since 1970,
UTC: integers sort and compare alike in SQLite and PostgreSQL. Texts that people typed live in
`comment`, `revision`, `author`, `suggestion` and the tables of `cases` only, where erasure finds them.
"""

from sqlmodel import SQLModel

from . import (  # noqa: F401 - fill the metadata
    access,
    cases,
    comments,
    decisions,
    letters,
    machinery,
    publications,
    replies,
    suggestions,
)

# The same tables for Core statements: `comment.c.status` instead of `Comment.status`.
site = SQLModel.metadata.tables["site"]
article = SQLModel.metadata.tables["article"]
author = SQLModel.metadata.tables["author"]
brake = SQLModel.metadata.tables["brake"]
comment = SQLModel.metadata.tables["comment"]
liking = SQLModel.metadata.tables["liking"]
muting = SQLModel.metadata.tables["muting"]
softening = SQLModel.metadata.tables["softening"]
revision = SQLModel.metadata.tables["revision"]
score = SQLModel.metadata.tables["score"]
policy = SQLModel.metadata.tables["policy"]
decision = SQLModel.metadata.tables["decision"]
report = SQLModel.metadata.tables["report"]
notice = SQLModel.metadata.tables["notice"]
appeal = SQLModel.metadata.tables["appeal"]
outbox = SQLModel.metadata.tables["outbox"]
audit_entry = SQLModel.metadata.tables["audit_entry"]
account = SQLModel.metadata.tables["account"]
console_session = SQLModel.metadata.tables["console_session"]
token = SQLModel.metadata.tables["token"]
idempotency_key = SQLModel.metadata.tables["idempotency_key"]
model = SQLModel.metadata.tables["model"]
promotion = SQLModel.metadata.tables["promotion"]
reply_address = SQLModel.metadata.tables["reply_address"]
letter = SQLModel.metadata.tables["letter"]
reply_notice = SQLModel.metadata.tables["reply_notice"]
reply_feed = SQLModel.metadata.tables["reply_feed"]
lease = SQLModel.metadata.tables["lease"]
suggestion = SQLModel.metadata.tables["suggestion"]
key_usage = SQLModel.metadata.tables["key_usage"]
