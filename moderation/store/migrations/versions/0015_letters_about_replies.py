"""Letters about replies, and the addresses that asked for them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_DUE = sa.text("sent_at_ms IS NULL")


def upgrade() -> None:
    op.create_table(
        "reply_address",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("author_id", _ID, sa.ForeignKey("author.id"), nullable=False, unique=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at_ms", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "letter",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("address_id", _ID, sa.ForeignKey("reply_address.id"), nullable=False),
        sa.Column("comment_id", _ID, sa.ForeignKey("comment.id"), nullable=True),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at_ms", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("address_id", "comment_id"),
    )
    op.create_index("ix_letter_due", "letter", ["due_at_ms"], sqlite_where=_DUE, postgresql_where=_DUE)


def downgrade() -> None:
    op.drop_index("ix_letter_due", "letter")
    op.drop_table("letter")
    op.drop_table("reply_address")
