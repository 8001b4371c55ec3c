"""Suggested scores, and what a key may ask and counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("token", sa.Column("weight", sa.Float(), nullable=True))
    op.add_column("token", sa.Column("rate", sa.String(), nullable=True))
    op.create_table(
        "key_usage",
        sa.Column("token_id", _ID, sa.ForeignKey("token.id"), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", "day"),
    )
    op.create_table(
        "suggestion",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_id", _ID, sa.ForeignKey("token.id"), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("scores", _JSON, nullable=False),
        sa.Column("languages", _JSON, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_suggestion_key", "suggestion", ["token_id", "id"])


def downgrade() -> None:
    op.drop_table("suggestion")
    op.drop_table("key_usage")
    op.drop_column("token", "rate")
    op.drop_column("token", "weight")
