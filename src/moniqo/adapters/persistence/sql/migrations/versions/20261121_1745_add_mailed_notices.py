"""add_mailed_notices."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import columns

revision: str = "20261121_1745"
down_revision: str | None = "20261121_1725"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "mailed_notices",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("digest_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mailed_notices_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mailed_notices"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("mailed_notices", schema=None) as batch_op:
        batch_op.create_index("ix_mailed_notices_created_at", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_mailed_notices_user_id_digest_at_created_at",
            ["user_id", "digest_at", "created_at"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("mailed_notices", schema=None) as batch_op:
        batch_op.drop_index("ix_mailed_notices_user_id_digest_at_created_at")
        batch_op.drop_index("ix_mailed_notices_created_at")

    op.drop_table("mailed_notices")
