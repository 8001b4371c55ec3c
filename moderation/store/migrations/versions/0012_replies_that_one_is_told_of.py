"""Whom a reply answers is told of it: notices, and private feeds. Earlier replies count as read."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_UNREAD = sa.text("read_at_ms IS NULL")


def upgrade() -> None:
    op.create_table(
        "reply_notice",
        sa.Column("author_id", _ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("comment_id", _ID, sa.ForeignKey("comment.id"), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("read_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("author_id", "comment_id"),
    )
    op.execute(
        "INSERT INTO reply_notice (author_id, comment_id, created_at_ms, read_at_ms) "
        "SELECT parent.author_id, child.id, child.created_at_ms, child.created_at_ms "
        "FROM comment AS child JOIN comment AS parent ON parent.id = child.parent_id "
        "WHERE child.status = 'approved' AND child.author_id <> parent.author_id"
    )
    op.create_index(
        "ix_reply_notice_unread",
        "reply_notice",
        ["author_id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )
    op.create_table(
        "reply_feed",
        sa.Column("author_id", _ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("author_id"),
        sa.UniqueConstraint("token_hash"),
    )


def downgrade() -> None:
    op.drop_table("reply_feed")
    op.drop_index("ix_reply_notice_unread", "reply_notice")
    op.drop_table("reply_notice")
