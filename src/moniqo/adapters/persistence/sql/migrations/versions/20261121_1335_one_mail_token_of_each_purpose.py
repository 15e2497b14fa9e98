"""one_mail_token_of_each_purpose."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261121_1335"
down_revision: str | None = "20261121_1323"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("mail_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_tokens_user_id_purpose"))
        batch_op.create_index(
            "uq_mail_tokens_user_id_purpose",
            ["user_id", "purpose"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("mail_tokens", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mail_tokens_user_id_purpose",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_mail_tokens_user_id_purpose"), ["user_id", "purpose"], unique=False
        )
