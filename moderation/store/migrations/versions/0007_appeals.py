"""Appeals of authors against what was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("site_id", sa.String(), sa.ForeignKey("site.id"), nullable=False),
        sa.Column("comment_id", _ID, sa.ForeignKey("comment.id"), nullable=False),
        sa.Column("decision_id", _ID, sa.ForeignKey("decision.id"), nullable=False),
        sa.Column("author_id", _ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer_id", _ID, sa.ForeignKey("decision.id"), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("decision_id"),
    )
    op.create_index("ix_appeal_comment", "appeal", ["comment_id"])
    op.create_index("ix_appeal_author", "appeal", ["author_id", "id"])
    op.create_index("ix_appeal_site", "appeal", ["site_id", "id"])
    op.create_index("ix_appeal_open", "appeal", ["site_id", "id"], postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index("ix_appeal_answer", "appeal", ["answer_id"])


def downgrade() -> None:
    op.drop_table("appeal")
