"""Readers whom the publisher signs in, names that nobody else may look like, badges of who wrote."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SIGNED_IN = sa.text("subject IS NOT NULL")
_PROTECTED = sa.text("skeleton IS NOT NULL")


def upgrade() -> None:
    op.add_column("author", sa.Column("subject", sa.String(), nullable=True))
    op.add_column("author", sa.Column("skeleton", sa.String(), nullable=True))
    op.add_column(
        "comment", sa.Column("author_badges", sa.String(), nullable=False, server_default=sa.text("''"))
    )
    op.create_index(
        "ix_author_subject",
        "author",
        ["site_id", "subject"],
        unique=True,
        sqlite_where=_SIGNED_IN,
        postgresql_where=_SIGNED_IN,
    )
    op.create_index(
        "ix_author_skeleton",
        "author",
        ["skeleton", "site_id"],
        sqlite_where=_PROTECTED,
        postgresql_where=_PROTECTED,
    )


def downgrade() -> None:
    op.drop_index("ix_author_skeleton", "author")
    op.drop_index("ix_author_subject", "author")
    op.drop_column("comment", "author_badges")
    op.drop_column("author", "skeleton")
    op.drop_column("author", "subject")
