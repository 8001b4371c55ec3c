"""An index over the refused comments that still have a text, to delete the oldest by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REFUSED = sa.text("status = 'rejected' AND body <> ''")


def upgrade() -> None:
    op.create_index(
        "ix_comment_refused",
        "comment",
        ["created_at_ms"],
        postgresql_where=_REFUSED,
        sqlite_where=_REFUSED,
    )


def downgrade() -> None:
    op.drop_index("ix_comment_refused", "comment")
