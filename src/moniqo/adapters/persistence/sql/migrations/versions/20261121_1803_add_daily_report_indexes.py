"""add_daily_report_indexes."""

from collections.abc import Sequence

from alembic import op

revision: str = "20261121_1803"
down_revision: str | None = "20261121_1745"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_subscriptions_plan_id_start_date", ["plan_id", "start_date"], unique=False
        )

    with op.batch_alter_table("trades", schema=None) as batch_op:
        batch_op.create_index("ix_trades_closed_at", ["closed_at"], unique=False)
        batch_op.create_index("ix_trades_executed_at", ["executed_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("trades", schema=None) as batch_op:
        batch_op.drop_index("ix_trades_executed_at")
        batch_op.drop_index("ix_trades_closed_at")

    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.drop_index("ix_subscriptions_plan_id_start_date")
