"""add_file_expiry."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import columns

revision: str = "20261121_1725"
down_revision: str | None = "20261121_1636"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expires_at", columns.Instant(), nullable=True))
        batch_op.add_column(sa.Column("needs", columns.Words(), nullable=True))
        batch_op.create_index("ix_files_expires_at", ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_index("ix_files_expires_at")
        batch_op.drop_column("needs")
        batch_op.drop_column("expires_at")
