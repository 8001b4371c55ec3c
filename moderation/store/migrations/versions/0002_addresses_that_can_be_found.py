"""An index over the comments that still have an address block, to delete the oldest by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ADDRESSED = sa.text("address_block IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_comment_addressed",
        "comment",
        ["created_at_ms"],
        postgresql_where=_ADDRESSED,
        sqlite_where=_ADDRESSED,
    )


def downgrade() -> None:
    op.drop_index("ix_comment_addressed", "comment")
