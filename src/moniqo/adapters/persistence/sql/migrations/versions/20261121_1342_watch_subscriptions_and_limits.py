"""watch_subscriptions_and_limits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import columns

revision: str = "20261121_1342"
down_revision: str | None = "20261121_1340"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notifications_user_id_created_at", ["user_id", "created_at"], unique=False
        )

    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_subscriptions_plan_id_status", ["plan_id", "status"], unique=False
        )
        batch_op.create_index(
            "ix_subscriptions_status_end_date", ["status", "end_date"], unique=False
        )

    with op.batch_alter_table("usages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told", columns.Exact(), nullable=True))
    if op.get_context().dialect.name == columns.POSTGRES:
        rule = columns.exact("told", "ck_usages_told").sqltext
        op.create_check_constraint("ck_usages_told", "usages", rule)


def downgrade() -> None:
    with op.batch_alter_table("usages", schema=None) as batch_op:
        batch_op.drop_column("told")

    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.drop_index("ix_subscriptions_status_end_date")
        batch_op.drop_index("ix_subscriptions_plan_id_status")

    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index("ix_notifications_user_id_created_at")
