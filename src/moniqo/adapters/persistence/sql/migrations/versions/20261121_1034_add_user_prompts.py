"""add_user_prompts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import columns

revision: str = "20261121_1034"
down_revision: str | None = "20261121_1000"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "user_prompts",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("prompt_id", columns.Id(), nullable=True),
        sa.Column("title", columns.Words(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("prompt", columns.Words(), nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name="fk_user_prompts_prompt_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_prompts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user_prompts"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("user_prompts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_user_prompts_user_id_created_at", ["user_id", "created_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("user_prompts", schema=None) as batch_op:
        batch_op.drop_index("ix_user_prompts_user_id_created_at")

    op.drop_table("user_prompts")
