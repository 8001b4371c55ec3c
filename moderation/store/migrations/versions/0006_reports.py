"""Reports of comments, and an index of all that waits for a person, published or not."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_WAITING = sa.text("status = 'pending' OR queued_at_ms IS NOT NULL")
_OPEN = sa.text("status = 'open'")
_ADDRESSED = sa.text("address_block IS NOT NULL")
_NAMED = {"sqlite_where": sa.text("is_named IS 1"), "postgresql_where": sa.text("is_named IS true")}


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("site_id", sa.String(), sa.ForeignKey("site.id"), nullable=False),
        sa.Column("comment_id", _ID, sa.ForeignKey("comment.id"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reporter_id", _ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("address_block", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("decision_id", _ID, sa.ForeignKey("decision.id"), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("comment_id", "reporter_id"),
    )
    op.create_index("ix_report_reporter", "report", ["reporter_id", "id"])
    op.create_index("ix_report_site", "report", ["site_id", "id"])
    op.create_index("ix_report_open", "report", ["site_id", "id"], postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index("ix_report_decision", "report", ["decision_id"])
    op.create_index(
        "ix_report_addressed",
        "report",
        ["created_at_ms"],
        postgresql_where=_ADDRESSED,
        sqlite_where=_ADDRESSED,
    )
    op.create_index("ix_report_named", "report", ["closed_at_ms"], **_NAMED)
    op.create_table(
        "notice",
        sa.Column("report_id", _ID, sa.ForeignKey("report.id"), primary_key=True),
        sa.Column("reporter_id", _ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
    )
    op.create_index("ix_notice_reporter", "notice", ["reporter_id"])
    op.create_index(
        "ix_comment_waiting", "comment", ["site_id", "id"], postgresql_where=_WAITING, sqlite_where=_WAITING
    )


def downgrade() -> None:
    op.drop_index("ix_comment_waiting", "comment")
    op.drop_table("notice")
    op.drop_table("report")
