"""Brakes of a site or an article, and articles in slow mode."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ON = sa.text("ended_at_ms IS NULL")


def upgrade() -> None:
    op.create_table(
        "brake",
        sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("site_id", sa.String(), sa.ForeignKey("site.id"), nullable=False),
        sa.Column("article_key", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("pause_s", sa.Integer(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_brake_on", "brake", ["until_ms"], sqlite_where=_ON, postgresql_where=_ON)
    op.add_column("article", sa.Column("pause_s", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("article", "pause_s")
    op.drop_index("ix_brake_on", "brake")
    op.drop_table("brake")
