"""park_events."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import columns

revision: str = "20261121_1349"
down_revision: str | None = "20261121_1342"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("outbox_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parked_at", columns.Instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbox_events", schema=None) as batch_op:
        batch_op.drop_column("parked_at")
