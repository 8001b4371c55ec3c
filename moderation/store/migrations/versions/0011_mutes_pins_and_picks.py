"""Who mutes whom; pinned and featured comments, counted with their article."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_MARKS = {"pinned_at_ms": ["article_id"], "featured_at_ms": ["article_id", "id"]}
_COUNTERS = ("pin_count", "pick_count")


def upgrade() -> None:
    op.create_table(
        "muting",
        sa.Column("author_id", _ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("muted_id", _ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("author_id", "muted_id"),
    )
    for column, indexed in _MARKS.items():
        op.add_column("comment", sa.Column(column, sa.BigInteger(), nullable=True))
        where = sa.text(f"{column} IS NOT NULL")
        name = column.removesuffix("_at_ms")
        op.create_index(f"ix_comment_{name}", "comment", indexed, sqlite_where=where, postgresql_where=where)
    for counter in _COUNTERS:
        op.add_column("article", sa.Column(counter, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for counter in _COUNTERS:
        op.drop_column("article", counter)
    for column in _MARKS:
        op.drop_index(f"ix_comment_{column.removesuffix('_at_ms')}", "comment")
        op.drop_column("comment", column)
    op.drop_table("muting")
