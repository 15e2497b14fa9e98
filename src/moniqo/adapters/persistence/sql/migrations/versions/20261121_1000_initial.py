"""initial."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from moniqo.adapters.persistence.sql import columns

revision: str = "20261121_1000"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("email", columns.Words(), nullable=False),
        sa.Column("username", columns.Words(), nullable=True),
        sa.Column("password_hash", columns.Words(), nullable=False),
        sa.Column("is_verified", columns.Flag(), nullable=False),
        sa.Column("is_active", columns.Flag(), nullable=False),
        sa.Column("failed_attempts", columns.Whole(), nullable=False),
        sa.Column("locked_until", columns.Instant(), nullable=True),
        sa.Column("last_login_at", columns.Instant(), nullable=True),
        sa.Column("password_changed_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_accounts_email",
            ["email"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.create_index(
            "uq_accounts_username",
            ["username"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "audit_logs",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=True),
        sa.Column("action", columns.Words(), nullable=False),
        sa.Column("entity_type", columns.Words(), nullable=False),
        sa.Column("entity_id", columns.Id(), nullable=True),
        sa.Column("old_values", columns.Document(), nullable=True),
        sa.Column("new_values", columns.Document(), nullable=True),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("ip_address", columns.Words(), nullable=False),
        sa.Column("user_agent", columns.Words(), nullable=False),
        sa.Column("status", columns.Words(), nullable=False),
        sa.Column("error_message", columns.Words(), nullable=True),
        sa.Column("metadata", columns.Document(), nullable=True),
        sa.Column("request_id", columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_logs"),
        info={"append_only": True},
        sqlite_strict=True,
    )
    with op.batch_alter_table("audit_logs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_logs_entity_type_entity_id", ["entity_type", "entity_id"], unique=False
        )
        batch_op.create_index(
            "ix_audit_logs_user_id_created_at", ["user_id", "created_at"], unique=False
        )

    op.create_table(
        "candles",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("exchange", columns.Words(), nullable=False),
        sa.Column("symbol", columns.Words(), nullable=False),
        sa.Column("timeframe", columns.Words(), nullable=False),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.Column("open", columns.Exact(), nullable=False),
        sa.Column("high", columns.Exact(), nullable=False),
        sa.Column("low", columns.Exact(), nullable=False),
        sa.Column("close", columns.Exact(), nullable=False),
        sa.Column("volume", columns.Exact(), nullable=False),
        columns.exact("close", "ck_candles_close"),
        columns.exact("high", "ck_candles_high"),
        columns.exact("low", "ck_candles_low"),
        columns.exact("open", "ck_candles_open"),
        columns.exact("volume", "ck_candles_volume"),
        sa.PrimaryKeyConstraint("id", name="pk_candles"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("candles", schema=None) as batch_op:
        batch_op.create_index(
            "uq_candles_exchange_symbol_timeframe_opened_at",
            ["exchange", "symbol", "timeframe", "opened_at"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "instruments",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("exchange", columns.Words(), nullable=False),
        sa.Column("symbol", columns.Words(), nullable=False),
        sa.Column("base", columns.Words(), nullable=False),
        sa.Column("quote", columns.Words(), nullable=False),
        sa.Column("tick_size", columns.Exact(), nullable=False),
        sa.Column("lot_size", columns.Exact(), nullable=False),
        sa.Column("min_quantity", columns.Exact(), nullable=False),
        sa.Column("min_notional", columns.Exact(), nullable=False),
        sa.Column("maker_fee", columns.Exact(), nullable=False),
        sa.Column("taker_fee", columns.Exact(), nullable=False),
        columns.exact("lot_size", "ck_instruments_lot_size"),
        columns.exact("maker_fee", "ck_instruments_maker_fee"),
        columns.exact("min_notional", "ck_instruments_min_notional"),
        columns.exact("min_quantity", "ck_instruments_min_quantity"),
        columns.exact("taker_fee", "ck_instruments_taker_fee"),
        columns.exact("tick_size", "ck_instruments_tick_size"),
        sa.PrimaryKeyConstraint("id", name="pk_instruments"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("instruments", schema=None) as batch_op:
        batch_op.create_index(
            "uq_instruments_exchange_symbol",
            ["exchange", "symbol"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "outbox_events",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("payload", columns.Document(), nullable=False),
        sa.Column("occurred_at", columns.Instant(), nullable=False),
        sa.Column("attempts", columns.Whole(), nullable=False),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.Column("done_at", columns.Instant(), nullable=True),
        sa.Column("error", columns.Words(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_events"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("outbox_events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_events_done_at_occurred_at", ["done_at", "occurred_at"], unique=False
        )

    op.create_table(
        "permissions",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("resource", columns.Words(), nullable=False),
        sa.Column("action", columns.Words(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_permissions"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("permissions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_permissions_resource_action",
            ["resource", "action"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "plans",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("price", columns.Exact(), nullable=False),
        sa.Column("currency", columns.Words(), nullable=False),
        sa.Column("features", columns.Document(), nullable=False),
        sa.Column("limits", columns.Document(), nullable=False),
        sa.Column("is_default", columns.Flag(), nullable=False),
        columns.exact("price", "ck_plans_price"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.create_index(
            "uq_plans_name",
            ["name"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "roles",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("permission_ids", columns.Document(), nullable=False),
        sa.Column("is_system", columns.Flag(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("roles", schema=None) as batch_op:
        batch_op.create_index(
            "uq_roles_name",
            ["name"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "wallets",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("type", columns.Words(), nullable=False),
        sa.Column("provider", columns.Words(), nullable=False),
        sa.Column("supported_currencies", columns.Document(), nullable=False),
        sa.Column("config", columns.Document(), nullable=False),
        sa.Column("is_active", columns.Flag(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wallets"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("wallets", schema=None) as batch_op:
        batch_op.create_index(
            "uq_wallets_name",
            ["name"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "users",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("first_name", columns.Words(), nullable=False),
        sa.Column("last_name", columns.Words(), nullable=False),
        sa.Column("birthday", columns.Document(), nullable=True),
        sa.Column("phone_number", columns.Document(), nullable=True),
        sa.Column("avatar_key", columns.Words(), nullable=True),
        sa.Column("role_id", columns.Id(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_users_account_id"),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name="fk_users_role_id"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index("ix_users_role_id", ["role_id"], unique=False)
        batch_op.create_index(
            "uq_users_account_id",
            ["account_id"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "agents",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("owner_id", columns.Id(), nullable=True),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("provider", columns.Words(), nullable=False),
        sa.Column("model_id", columns.Words(), nullable=False),
        sa.Column("capabilities", columns.Document(), nullable=False),
        sa.Column("cost_per_call", columns.Exact(), nullable=False),
        sa.Column("config", columns.Document(), nullable=False),
        sa.Column("credentials", columns.Words(), nullable=True),
        sa.Column("is_active", columns.Flag(), nullable=False),
        columns.exact("cost_per_call", "ck_agents_cost_per_call"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_agents_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_agents_owner_id_created_at", ["owner_id", "created_at"], unique=False
        )

    op.create_table(
        "notifications",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("kind", columns.Words(), nullable=False),
        sa.Column("title", columns.Words(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("is_viewed", columns.Flag(), nullable=False),
        sa.Column("viewed_at", columns.Instant(), nullable=True),
        sa.Column("data", columns.Document(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notifications_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notifications_user_id_is_viewed_created_at",
            ["user_id", "is_viewed", "created_at"],
            unique=False,
        )

    op.create_table(
        "prompts",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("owner_id", columns.Id(), nullable=True),
        sa.Column("title", columns.Words(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("prompt", columns.Words(), nullable=False),
        sa.Column("category", columns.Words(), nullable=False),
        sa.Column("is_public", columns.Flag(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_prompts_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_prompts"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("prompts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_prompts_owner_id_created_at", ["owner_id", "created_at"], unique=False
        )

    op.create_table(
        "sessions",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("refresh_hash", columns.Words(), nullable=False),
        sa.Column("previous_hash", columns.Words(), nullable=True),
        sa.Column("generation", columns.Whole(), nullable=False),
        sa.Column("rotated_at", columns.Instant(), nullable=True),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("absolute_expires_at", columns.Instant(), nullable=False),
        sa.Column("ip", columns.Words(), nullable=False),
        sa.Column("user_agent", columns.Words(), nullable=False),
        sa.Column("last_used_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.Column("revoke_reason", columns.Words(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sessions_user_id_last_used_at", ["user_id", "last_used_at"], unique=False
        )

    op.create_table(
        "subscriptions",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("plan_id", columns.Id(), nullable=False),
        sa.Column("status", columns.Words(), nullable=False),
        sa.Column("start_date", columns.Instant(), nullable=False),
        sa.Column("end_date", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_subscriptions_plan_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_subscriptions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_subscriptions_user_id_start_date", ["user_id", "start_date"], unique=False
        )
        batch_op.create_index(
            "uq_subscriptions_user_id",
            ["user_id"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL AND status = 'active'"),
            sqlite_where=sa.text("deleted_at IS NULL AND status = 'active'"),
        )

    op.create_table(
        "usages",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("resource", columns.Words(), nullable=False),
        sa.Column("period_start", columns.Instant(), nullable=False),
        sa.Column("used", columns.Exact(), nullable=False),
        sa.Column("reserved", columns.Exact(), nullable=False),
        columns.exact("reserved", "ck_usages_reserved"),
        columns.exact("used", "ck_usages_used"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_usages_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_usages"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("usages", schema=None) as batch_op:
        batch_op.create_index(
            "uq_usages_user_id_resource_period_start",
            ["user_id", "resource", "period_start"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "user_wallets",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("wallet_id", columns.Id(), nullable=False),
        sa.Column("label", columns.Words(), nullable=False),
        sa.Column("credentials", columns.Words(), nullable=True),
        sa.Column("balances", columns.Document(), nullable=False),
        sa.Column("balance_at", columns.Instant(), nullable=True),
        sa.Column("is_active", columns.Flag(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_wallets_user_id"),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallets.id"], name="fk_user_wallets_wallet_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user_wallets"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("user_wallets", schema=None) as batch_op:
        batch_op.create_index(
            "ix_user_wallets_user_id_created_at", ["user_id", "created_at"], unique=False
        )

    op.create_table(
        "flows",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("title", columns.Words(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("steps", columns.Document(), nullable=False),
        sa.Column("user_wallet_id", columns.Id(), nullable=False),
        sa.Column("symbol", columns.Words(), nullable=False),
        sa.Column("timeframe", columns.Words(), nullable=False),
        sa.Column("schedule", columns.Words(), nullable=True),
        sa.Column("risk", columns.Document(), nullable=False),
        sa.Column("status", columns.Words(), nullable=False),
        sa.Column("last_run_at", columns.Instant(), nullable=True),
        sa.Column("next_run_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_flows_user_id"),
        sa.ForeignKeyConstraint(
            ["user_wallet_id"], ["user_wallets.id"], name="fk_flows_user_wallet_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_flows"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("flows", schema=None) as batch_op:
        batch_op.create_index(
            "ix_flows_user_id_created_at", ["user_id", "created_at"], unique=False
        )

    op.create_table(
        "ledger_entries",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_wallet_id", columns.Id(), nullable=False),
        sa.Column("account", columns.Words(), nullable=False),
        sa.Column("currency", columns.Words(), nullable=False),
        sa.Column("amount", columns.Exact(), nullable=False),
        sa.Column("kind", columns.Words(), nullable=False),
        sa.Column("ref", columns.Words(), nullable=False),
        columns.exact("amount", "ck_ledger_entries_amount"),
        sa.ForeignKeyConstraint(
            ["user_wallet_id"], ["user_wallets.id"], name="fk_ledger_entries_user_wallet_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entries"),
        info={"append_only": True},
        sqlite_strict=True,
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entries_ref", ["ref"], unique=False)
        batch_op.create_index(
            "ix_ledger_entries_user_wallet_id_currency",
            ["user_wallet_id", "currency"],
            unique=False,
        )

    op.create_table(
        "backtests",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("flow_id", columns.Id(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("from_", columns.Instant(), nullable=False),
        sa.Column("to", columns.Instant(), nullable=False),
        sa.Column("starting_balance", columns.Exact(), nullable=False),
        sa.Column("fee_rate", columns.Exact(), nullable=False),
        sa.Column("slippage", columns.Exact(), nullable=False),
        sa.Column("status", columns.Words(), nullable=False),
        sa.Column("progress", columns.Whole(), nullable=False),
        sa.Column("metrics", columns.Document(), nullable=True),
        sa.Column("equity_curve", columns.Document(), nullable=False),
        sa.Column("trades", columns.Document(), nullable=False),
        sa.Column("open_trade", columns.Document(), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.Column("started_at", columns.Instant(), nullable=True),
        sa.Column("finished_at", columns.Instant(), nullable=True),
        sa.Column("error", columns.Words(), nullable=True),
        columns.exact("fee_rate", "ck_backtests_fee_rate"),
        columns.exact("slippage", "ck_backtests_slippage"),
        columns.exact("starting_balance", "ck_backtests_starting_balance"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_backtests_flow_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_backtests_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_backtests"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("backtests", schema=None) as batch_op:
        batch_op.create_index(
            "ix_backtests_user_id_created_at", ["user_id", "created_at"], unique=False
        )

    op.create_table(
        "flow_runs",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("flow_id", columns.Id(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("trigger", columns.Words(), nullable=False),
        sa.Column("status", columns.Words(), nullable=False),
        sa.Column("steps", columns.Document(), nullable=False),
        sa.Column("as_of", columns.Instant(), nullable=True),
        sa.Column("snapshot_digest", columns.Words(), nullable=True),
        sa.Column("cost", columns.Exact(), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=True),
        sa.Column("finished_at", columns.Instant(), nullable=True),
        sa.Column("lease_owner", columns.Words(), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.Column("fence", columns.Whole(), nullable=False),
        sa.Column("error", columns.Words(), nullable=True),
        columns.exact("cost", "ck_flow_runs_cost"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_flow_runs_flow_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_flow_runs_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_flow_runs"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("flow_runs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_flow_runs_flow_id_created_at", ["flow_id", "created_at"], unique=False
        )
        batch_op.create_index("ix_flow_runs_flow_id_status", ["flow_id", "status"], unique=False)
        batch_op.create_index(
            "ix_flow_runs_status_created_at", ["status", "created_at"], unique=False
        )
        batch_op.create_index(
            "uq_flow_runs_flow_id",
            ["flow_id"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL AND status = 'running'"),
            sqlite_where=sa.text("deleted_at IS NULL AND status = 'running'"),
        )

    op.create_table(
        "trades",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("flow_id", columns.Id(), nullable=True),
        sa.Column("agent_id", columns.Id(), nullable=True),
        sa.Column("user_wallet_id", columns.Id(), nullable=False),
        sa.Column("trade_type", columns.Words(), nullable=False),
        sa.Column("exchange", columns.Words(), nullable=False),
        sa.Column("symbol", columns.Words(), nullable=False),
        sa.Column("timeframe", columns.Words(), nullable=False),
        sa.Column("side", columns.Words(), nullable=False),
        sa.Column("entry_price", columns.Exact(), nullable=False),
        sa.Column("exit_price", columns.Exact(), nullable=True),
        sa.Column("quantity", columns.Exact(), nullable=False),
        sa.Column("closed_quantity", columns.Exact(), nullable=False),
        sa.Column("entry_value", columns.Exact(), nullable=False),
        sa.Column("exit_value", columns.Exact(), nullable=False),
        sa.Column("leverage", columns.Exact(), nullable=False),
        sa.Column("fees", columns.Exact(), nullable=False),
        sa.Column("profit_loss", columns.Exact(), nullable=True),
        sa.Column("status", columns.Words(), nullable=False),
        sa.Column("executed_at", columns.Instant(), nullable=False),
        sa.Column("closed_at", columns.Instant(), nullable=True),
        columns.exact("closed_quantity", "ck_trades_closed_quantity"),
        columns.exact("entry_price", "ck_trades_entry_price"),
        columns.exact("entry_value", "ck_trades_entry_value"),
        columns.exact("exit_price", "ck_trades_exit_price"),
        columns.exact("exit_value", "ck_trades_exit_value"),
        columns.exact("fees", "ck_trades_fees"),
        columns.exact("leverage", "ck_trades_leverage"),
        columns.exact("profit_loss", "ck_trades_profit_loss"),
        columns.exact("quantity", "ck_trades_quantity"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_trades_agent_id"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_trades_flow_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_trades_user_id"),
        sa.ForeignKeyConstraint(
            ["user_wallet_id"], ["user_wallets.id"], name="fk_trades_user_wallet_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trades"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("trades", schema=None) as batch_op:
        batch_op.create_index(
            "ix_trades_user_id_executed_at", ["user_id", "executed_at"], unique=False
        )
        batch_op.create_index(
            "ix_trades_user_wallet_id_status", ["user_wallet_id", "status"], unique=False
        )

    op.create_table(
        "orders",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("user_wallet_id", columns.Id(), nullable=False),
        sa.Column("flow_id", columns.Id(), nullable=True),
        sa.Column("agent_id", columns.Id(), nullable=True),
        sa.Column("run_id", columns.Id(), nullable=True),
        sa.Column("step", columns.Whole(), nullable=True),
        sa.Column("client_order_id", columns.Words(), nullable=False),
        sa.Column("exchange", columns.Words(), nullable=False),
        sa.Column("symbol", columns.Words(), nullable=False),
        sa.Column("timeframe", columns.Words(), nullable=False),
        sa.Column("side", columns.Words(), nullable=False),
        sa.Column("type", columns.Words(), nullable=False),
        sa.Column("quantity", columns.Exact(), nullable=True),
        sa.Column("budget", columns.Exact(), nullable=True),
        sa.Column("limit_price", columns.Exact(), nullable=True),
        sa.Column("stop_price", columns.Exact(), nullable=True),
        sa.Column("protects", columns.Id(), nullable=True),
        sa.Column("stop_loss", columns.Exact(), nullable=True),
        sa.Column("take_profit", columns.Exact(), nullable=True),
        sa.Column("placed_at", columns.Instant(), nullable=False),
        sa.Column("status", columns.Words(), nullable=False),
        sa.Column("reserved", columns.Exact(), nullable=False),
        sa.Column("filled_quantity", columns.Exact(), nullable=False),
        sa.Column("filled_value", columns.Exact(), nullable=False),
        sa.Column("average_price", columns.Exact(), nullable=True),
        sa.Column("fees", columns.Exact(), nullable=False),
        sa.Column("refusal", columns.Words(), nullable=True),
        columns.exact("average_price", "ck_orders_average_price"),
        columns.exact("budget", "ck_orders_budget"),
        columns.exact("fees", "ck_orders_fees"),
        columns.exact("filled_quantity", "ck_orders_filled_quantity"),
        columns.exact("filled_value", "ck_orders_filled_value"),
        columns.exact("limit_price", "ck_orders_limit_price"),
        columns.exact("quantity", "ck_orders_quantity"),
        columns.exact("reserved", "ck_orders_reserved"),
        columns.exact("stop_loss", "ck_orders_stop_loss"),
        columns.exact("stop_price", "ck_orders_stop_price"),
        columns.exact("take_profit", "ck_orders_take_profit"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_orders_agent_id"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_orders_flow_id"),
        sa.ForeignKeyConstraint(["protects"], ["orders.id"], name="fk_orders_protects"),
        sa.ForeignKeyConstraint(["run_id"], ["flow_runs.id"], name="fk_orders_run_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_orders_user_id"),
        sa.ForeignKeyConstraint(
            ["user_wallet_id"], ["user_wallets.id"], name="fk_orders_user_wallet_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_run_id", ["run_id"], unique=False)
        batch_op.create_index("ix_orders_status_created_at", ["status", "created_at"], unique=False)
        batch_op.create_index(
            "ix_orders_user_wallet_id_status", ["user_wallet_id", "status"], unique=False
        )
        batch_op.create_index(
            "uq_orders_client_order_id",
            ["client_order_id"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "fills",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("created_by", columns.Id(), nullable=True),
        sa.Column("updated_by", columns.Id(), nullable=True),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("order_id", columns.Id(), nullable=False),
        sa.Column("fill_id", columns.Words(), nullable=False),
        sa.Column("price", columns.Exact(), nullable=False),
        sa.Column("quantity", columns.Exact(), nullable=False),
        sa.Column("fee", columns.Exact(), nullable=False),
        sa.Column("fee_currency", columns.Words(), nullable=False),
        sa.Column("filled_at", columns.Instant(), nullable=False),
        columns.exact("fee", "ck_fills_fee"),
        columns.exact("price", "ck_fills_price"),
        columns.exact("quantity", "ck_fills_quantity"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_fills_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fills"),
        sqlite_strict=True,
    )
    with op.batch_alter_table("fills", schema=None) as batch_op:
        batch_op.create_index(
            "uq_fills_order_id_fill_id",
            ["order_id", "fill_id"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("fills", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_fills_order_id_fill_id",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("fills")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_orders_client_order_id",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index("ix_orders_user_wallet_id_status")
        batch_op.drop_index("ix_orders_status_created_at")
        batch_op.drop_index("ix_orders_run_id")

    op.drop_table("orders")
    with op.batch_alter_table("trades", schema=None) as batch_op:
        batch_op.drop_index("ix_trades_user_wallet_id_status")
        batch_op.drop_index("ix_trades_user_id_executed_at")

    op.drop_table("trades")
    with op.batch_alter_table("flow_runs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_flow_runs_flow_id",
            postgresql_where=sa.text("deleted_at IS NULL AND status = 'running'"),
            sqlite_where=sa.text("deleted_at IS NULL AND status = 'running'"),
        )
        batch_op.drop_index("ix_flow_runs_status_created_at")
        batch_op.drop_index("ix_flow_runs_flow_id_status")
        batch_op.drop_index("ix_flow_runs_flow_id_created_at")

    op.drop_table("flow_runs")
    with op.batch_alter_table("backtests", schema=None) as batch_op:
        batch_op.drop_index("ix_backtests_user_id_created_at")

    op.drop_table("backtests")
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_entries_user_wallet_id_currency")
        batch_op.drop_index("ix_ledger_entries_ref")

    op.drop_table("ledger_entries")
    with op.batch_alter_table("flows", schema=None) as batch_op:
        batch_op.drop_index("ix_flows_user_id_created_at")

    op.drop_table("flows")
    with op.batch_alter_table("user_wallets", schema=None) as batch_op:
        batch_op.drop_index("ix_user_wallets_user_id_created_at")

    op.drop_table("user_wallets")
    with op.batch_alter_table("usages", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_usages_user_id_resource_period_start",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("usages")
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subscriptions_user_id",
            postgresql_where=sa.text("deleted_at IS NULL AND status = 'active'"),
            sqlite_where=sa.text("deleted_at IS NULL AND status = 'active'"),
        )
        batch_op.drop_index("ix_subscriptions_user_id_start_date")

    op.drop_table("subscriptions")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_sessions_user_id_last_used_at")

    op.drop_table("sessions")
    with op.batch_alter_table("prompts", schema=None) as batch_op:
        batch_op.drop_index("ix_prompts_owner_id_created_at")

    op.drop_table("prompts")
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index("ix_notifications_user_id_is_viewed_created_at")

    op.drop_table("notifications")
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.drop_index("ix_agents_owner_id_created_at")

    op.drop_table("agents")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_users_account_id",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index("ix_users_role_id")

    op.drop_table("users")
    with op.batch_alter_table("wallets", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_wallets_name",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("wallets")
    with op.batch_alter_table("roles", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_roles_name",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("roles")
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_plans_name",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("plans")
    with op.batch_alter_table("permissions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_permissions_resource_action",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("permissions")
    with op.batch_alter_table("outbox_events", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_events_done_at_occurred_at")

    op.drop_table("outbox_events")
    with op.batch_alter_table("instruments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_instruments_exchange_symbol",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("instruments")
    with op.batch_alter_table("candles", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_candles_exchange_symbol_timeframe_opened_at",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("candles")
    with op.batch_alter_table("audit_logs", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_logs_user_id_created_at")
        batch_op.drop_index("ix_audit_logs_entity_type_entity_id")

    op.drop_table("audit_logs")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_accounts_username",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_accounts_email",
            postgresql_where=sa.text("deleted_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NULL"),
        )

    op.drop_table("accounts")
