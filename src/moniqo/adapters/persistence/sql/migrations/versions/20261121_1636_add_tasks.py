"""add_tasks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import columns

revision: str = "20261121_1636"
down_revision: str | None = "20261121_1350"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("rule", columns.Words(), nullable=False),
        sa.Column("fires_at", columns.Instant(), nullable=False),
        sa.Column("fired_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.create_index(
            "uq_schedules_name",
            ["name"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "tasks",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("kind", columns.Words(), nullable=False),
        sa.Column("queue", columns.Words(), nullable=False),
        sa.Column("lane", columns.Words(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("owner_id", columns.Id(), nullable=True),
        sa.Column("payload", columns.Document(), nullable=False),
        sa.Column("dedupe_key", columns.Words(), nullable=True),
        sa.Column("status", columns.Words(), nullable=False),
        sa.Column("ready", columns.Flag(), nullable=False),
        sa.Column("attempts", columns.Whole(), nullable=False),
        sa.Column("fence", columns.Whole(), nullable=False),
        sa.Column("lease_owner", columns.Words(), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.Column("cancel_requested", columns.Flag(), nullable=False),
        sa.Column("progress", columns.Whole(), nullable=False),
        sa.Column("stage", columns.Words(), nullable=True),
        sa.Column("steps", columns.Document(), nullable=False),
        sa.Column("result", columns.Document(), nullable=True),
        sa.Column("error", columns.Words(), nullable=True),
        sa.Column("started_at", columns.Instant(), nullable=True),
        sa.Column("finished_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_tasks_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tasks_queue_ready_lane_due_at", ["queue", "ready", "lane", "due_at"], unique=False
        )
        batch_op.create_index(
            "ix_tasks_status_lease_until", ["status", "lease_until"], unique=False
        )
        batch_op.create_index(
            "ix_tasks_status_ready_due_at", ["status", "ready", "due_at"], unique=False
        )
        batch_op.create_index(
            "uq_tasks_kind_dedupe_key",
            ["kind", "dedupe_key"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tasks_kind_dedupe_key",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index("ix_tasks_status_ready_due_at")
        batch_op.drop_index("ix_tasks_status_lease_until")
        batch_op.drop_index("ix_tasks_queue_ready_lane_due_at")

    op.drop_table("tasks")
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_schedules_name",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("schedules")
