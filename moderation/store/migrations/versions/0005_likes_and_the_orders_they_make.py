"""Likes, and the indices that give an article's comments by likes and by replies."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TOPMOST = {
    "sqlite_where": sa.text("parent_id IS NULL AND is_listed IS 1"),
    "postgresql_where": sa.text("parent_id IS NULL AND is_listed IS true"),
}
_ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.create_table(
        "liking",
        sa.Column("author_id", _ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("comment_id", _ID, sa.ForeignKey("comment.id"), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("author_id", "comment_id"),
    )
    op.create_index("ix_comment_top", "comment", ["article_id", "like_count", "id"], **_TOPMOST)
    op.create_index("ix_comment_discussed", "comment", ["article_id", "reply_count", "id"], **_TOPMOST)


def downgrade() -> None:
    op.drop_index("ix_comment_discussed", "comment")
    op.drop_index("ix_comment_top", "comment")
    op.drop_table("liking")
