"""add_orphans."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import columns

revision: str = "20261121_1350"
down_revision: str | None = "20261121_1349"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "orphans",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("storage_key", columns.Words(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("attempts", columns.Whole(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orphans"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("orphans", schema=None) as batch_op:
        batch_op.create_index("ix_orphans_due_at", ["due_at"], unique=False)
        batch_op.create_index(
            "uq_orphans_storage_key",
            ["storage_key"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("orphans", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_orphans_storage_key",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index("ix_orphans_due_at")

    op.drop_table("orphans")
