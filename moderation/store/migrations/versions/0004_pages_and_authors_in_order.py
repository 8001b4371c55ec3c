"""Indices that give an article's page and an author's comments on it in order, however many others there are.

Of top-level comments the index of replies knows nothing any more, so that PostgreSQL does not walk all
articles in it for one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REPLY = sa.text("parent_id IS NOT NULL")
_REPLIES = ["parent_id", "is_listed", "id"]


def upgrade() -> None:
    op.drop_index("ix_comment_replies", "comment")
    op.create_index("ix_comment_replies", "comment", _REPLIES, postgresql_where=_REPLY, sqlite_where=_REPLY)
    op.drop_index("ix_comment_author", "comment")
    op.create_index("ix_comment_author", "comment", ["author_id", "article_id", "id", "status"])


def downgrade() -> None:
    op.drop_index("ix_comment_author", "comment")
    op.create_index("ix_comment_author", "comment", ["author_id", "status", "id"])
    op.drop_index("ix_comment_replies", "comment")
    op.create_index("ix_comment_replies", "comment", _REPLIES)
