"""What somebody is handed of everything that is held about them, and where each part stands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moniqo.application.agents.agent_views import AgentView, agent_view
from moniqo.application.identity.members import Profile
from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.views import view
from moniqo.application.trading.user_wallet_views import UserWalletView, user_wallet_view
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.agents.user_prompt import UserPrompt
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.billing.usage import Usage
from moniqo.domain.files.file import File
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import SessionId
from moniqo.domain.trading.ledger import LedgerEntry
from moniqo.domain.trading.order import Fill, Order
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet, Wallet

Show = Callable[[Transaction, Sequence[Any]], Awaitable[Sequence[object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A session, over or not, without what proves it."""

    id: SessionId
    ip: str
    user_agent: str
    created_at: datetime | None
    last_used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoke_reason: RevokeReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything that is held about somebody, what they removed too; nothing secret is in it."""

    profile: Profile
    settings: tuple[UserSettings, ...]
    sessions: tuple[SessionRecord, ...]
    subscriptions: tuple[Subscription, ...]
    usage: tuple[Usage, ...]
    agents: tuple[AgentView, ...]
    prompts: tuple[Prompt, ...]
    user_prompts: tuple[UserPrompt, ...]
    flows: tuple[Flow, ...]
    runs: tuple[FlowRun, ...]
    backtests: tuple[Backtest, ...]
    wallets: tuple[UserWalletView, ...]
    orders: tuple[Order, ...]
    fills: tuple[Fill, ...]
    trades: tuple[Trade, ...]
    ledger: tuple[LedgerEntry, ...]
    notifications: tuple[Notification, ...]
    files: tuple[File, ...]
    audit_logs: tuple[AuditLog, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one field of `Export`: those whose `owner` is the user, or a row of `within`."""

    name: str
    entity: type[Entity]
    owner: str = "user_id"
    within: "Section | None" = None
    at_once: int = 50
    show: Show | None = None


async def _sessions(_tx: Transaction, found: Sequence[Session]) -> Sequence[SessionRecord]:
    return [view(SessionRecord, session) for session in found]


async def _agents(_tx: Transaction, found: Sequence[Agent]) -> Sequence[AgentView]:
    return [agent_view(agent) for agent in found]


async def _wallets(tx: Transaction, found: Sequence[UserWallet]) -> Sequence[UserWalletView]:
    catalogue = await by_ids(tx, Wallet, (account.wallet_id for account in found))
    return [user_wallet_view(account, catalogue[account.wallet_id]) for account in found]


_FLOWS = Section("flows", Flow)
_WALLETS = Section("wallets", UserWallet, show=_wallets)
_ORDERS = Section("orders", Order, "user_wallet_id", _WALLETS)
SECTIONS = (
    Section("settings", UserSettings),
    Section("sessions", Session, show=_sessions),
    Section("subscriptions", Subscription),
    Section("usage", Usage),
    Section("agents", Agent, "owner_id", show=_agents),
    Section("prompts", Prompt, "owner_id"),
    Section("user_prompts", UserPrompt),
    _FLOWS,
    Section("runs", FlowRun, "flow_id", _FLOWS),
    # One may hold years of equity.
    Section("backtests", Backtest, at_once=2),
    _WALLETS,
    _ORDERS,
    Section("fills", Fill, "order_id", _ORDERS),
    Section("trades", Trade),
    Section("ledger", LedgerEntry, "user_wallet_id", _WALLETS),
    Section("notifications", Notification),
    Section("files", File, "owner_id"),
    Section("audit_logs", AuditLog),
)
"""Every field of `Export` but the profile, in order; each is read along an index."""
