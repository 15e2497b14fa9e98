"""chain_audit_logs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import append_only, columns

revision: str = "20261121_1340"
down_revision: str | None = "20261121_1335"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "created_by",
    "updated_by",
    "deleted_at",
    "user_id",
    "action",
    "entity_type",
    "entity_id",
    "old_values",
    "new_values",
    "description",
    "ip_address",
    "user_agent",
    "status",
    "error_message",
    "metadata",
    "request_id",
)
CHAIN = ("seq", "previous_hash", "hash")


def upgrade() -> None:
    append_only.unprotect(op.get_bind(), "audit_logs")
    with op.batch_alter_table("audit_logs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seq", columns.Whole(), nullable=True))
        batch_op.add_column(sa.Column("previous_hash", columns.Words(), nullable=True))
        batch_op.add_column(sa.Column("hash", columns.Words(), nullable=True))
        batch_op.create_index("ix_audit_logs_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_audit_logs_seq_id", ["seq", "id"], unique=False)
        batch_op.create_index(
            "uq_audit_logs_seq",
            ["seq"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
    append_only.protect(op.get_bind(), "audit_logs", (*BEFORE, *CHAIN), CHAIN)


def downgrade() -> None:
    append_only.unprotect(op.get_bind(), "audit_logs", CHAIN)
    with op.batch_alter_table("audit_logs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_audit_logs_seq",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index("ix_audit_logs_seq_id")
        batch_op.drop_index("ix_audit_logs_created_at")
        batch_op.drop_column("hash")
        batch_op.drop_column("previous_hash")
        batch_op.drop_column("seq")
    append_only.protect(op.get_bind(), "audit_logs", BEFORE)
