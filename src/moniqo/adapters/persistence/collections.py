"""THE registry: one line per stored entity."""

from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.agents.user_prompt import UserPrompt
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.billing.usage import Usage
from moniqo.domain.files.file import File
from moniqo.domain.files.orphan import Orphan
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.attempts import Attempts
from moniqo.domain.identity.mail_token import MailToken
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.session import Session
from moniqo.domain.identity.user import User
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.domain.notifications.mailed_notice import MailedNotice
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.operations.schedule import Schedule
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.idempotency_record import IdempotencyRecord
from moniqo.domain.trading.ledger import LedgerEntry
from moniqo.domain.trading.market import Candle, Instrument
from moniqo.domain.trading.order import Fill, Order
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet, Wallet

REGISTRY = Registry(
    Collection(
        AuditLog,
        "audit_logs",
        unique=(("seq",),),
        indexes=(
            ("seq", "id"),
            ("created_at",),
            ("user_id", "created_at"),
            ("entity_type", "entity_id"),
        ),
        audited=False,
        append_only=True,
        write_once=("seq", "previous_hash", "hash"),
    ),
    Collection(OutboxEvent, "outbox_events", indexes=(("done_at", "occurred_at"),), audited=False),
    Collection(
        Account,
        "accounts",
        unique=(("email",), ("username",)),
        # A hash that is made anew for the same password is part of the sign-in that made it.
        quiet=("failed_attempts", "locked_until", "last_login_at", "password_hash"),
    ),
    Collection(
        User, "users", unique=(("account_id",),), indexes=(("role_id",),), grants=("role_id",)
    ),
    Collection(Role, "roles", unique=(("name",),), grants=("permission_ids",)),
    Collection(Permission, "permissions", unique=(("resource", "action"),)),
    Collection(Session, "sessions", indexes=(("user_id", "last_used_at"),), audited=False),
    Collection(MailToken, "mail_tokens", unique=(("user_id", "purpose"),), audited=False),
    Collection(Attempts, "attempts", unique=(("kind", "key_hash"),), audited=False),
    Collection(UserSettings, "user_settings", unique=(("user_id",),)),
    Collection(
        Orphan, "orphans", unique=(("storage_key",),), indexes=(("due_at",),), audited=False
    ),
    Collection(
        File,
        "files",
        unique=(("storage_key",),),
        indexes=(("owner_id", "created_at"), ("expires_at",)),
    ),
    Collection(
        IdempotencyRecord,
        "idempotency_records",
        unique=(("scope", "key"),),
        indexes=(("expires_at",),),
        audited=False,
    ),
    Collection(
        Task,
        "tasks",
        unique=(("kind", "dedupe_key"),),
        indexes=(
            ("queue", "ready", "lane", "due_at"),
            ("status", "ready", "due_at"),
            ("status", "lease_until"),
        ),
        audited=False,
    ),
    Collection(Schedule, "schedules", unique=(("name",),), audited=False),
    Collection(Plan, "plans", unique=(("name",),)),
    Collection(
        Subscription,
        "subscriptions",
        unique=(("user_id",),),
        only_where=((("user_id",), ("status", "active")),),
        indexes=(
            ("user_id", "start_date"),
            ("plan_id", "status"),
            ("plan_id", "start_date"),
            ("status", "end_date"),
        ),
    ),
    Collection(Usage, "usages", unique=(("user_id", "resource", "period_start"),), audited=False),
    Collection(
        Notification,
        "notifications",
        indexes=(("user_id", "is_viewed", "created_at"), ("user_id", "created_at")),
        quiet=("is_viewed", "viewed_at"),
    ),
    Collection(
        MailedNotice,
        "mailed_notices",
        indexes=(("user_id", "digest_at", "created_at"), ("created_at",)),
        audited=False,
    ),
    Collection(Agent, "agents", indexes=(("owner_id", "created_at"),)),
    Collection(Prompt, "prompts", indexes=(("owner_id", "created_at"),)),
    Collection(UserPrompt, "user_prompts", indexes=(("user_id", "created_at"),)),
    Collection(Flow, "flows", indexes=(("user_id", "created_at"),)),
    Collection(
        FlowRun,
        "flow_runs",
        unique=(("flow_id",),),
        only_where=((("flow_id",), ("status", "running")),),
        indexes=(("flow_id", "created_at"), ("flow_id", "status"), ("status", "created_at")),
        audited=False,
    ),
    Collection(Backtest, "backtests", indexes=(("user_id", "created_at"),), audited=False),
    Collection(Wallet, "wallets", unique=(("name",),)),
    Collection(UserWallet, "user_wallets", indexes=(("user_id", "created_at"),)),
    Collection(Instrument, "instruments", unique=(("exchange", "symbol"),)),
    Collection(
        Candle,
        "candles",
        unique=(("exchange", "symbol", "timeframe", "opened_at"),),
        audited=False,
    ),
    Collection(
        Order,
        "orders",
        unique=(("client_order_id",),),
        indexes=(("user_wallet_id", "status"), ("run_id",), ("status", "created_at")),
    ),
    Collection(Fill, "fills", unique=(("order_id", "fill_id"),), audited=False),
    Collection(
        Trade,
        "trades",
        indexes=(
            ("user_id", "executed_at"),
            ("user_wallet_id", "status"),
            ("executed_at",),
            ("closed_at",),
        ),
    ),
    Collection(
        LedgerEntry,
        "ledger_entries",
        indexes=(("user_wallet_id", "currency"), ("ref",)),
        audited=False,
        append_only=True,
    ),
)
