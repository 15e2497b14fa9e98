"""Connecting wallets, changing and removing them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import any_of, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.vault import Vault
from moniqo.application.trading.access import USER_WALLET_ACCESS
from moniqo.application.trading.deposits import first_deposits
from moniqo.application.trading.ledger import ledger_entries
from moniqo.application.trading.user_wallet_drafts import UserWalletDraft, sealed_fields
from moniqo.application.trading.user_wallet_views import UserWalletView, user_wallet_view
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import UserId, UserWalletId
from moniqo.domain.trading.ledger import LedgerEntry
from moniqo.domain.trading.order import OPEN, Order
from moniqo.domain.trading.wallet import UserWallet, Wallet

_ALIVE = any_of("status", (FlowStatus.ACTIVE, FlowStatus.PAUSED))


@dataclass(frozen=True, slots=True)
class ConnectWallet:
    """Open an account at a venue of the catalogue.

    A paper one gets its starting balances as deposits, booked in the same transaction.
    Raises `Invalid` naming `wallet_id` for a venue that is not on offer.
    """

    uow: UnitOfWork
    ids: Ids
    clock: Clock
    vault: Vault

    async def __call__(self, *, user_id: UserId, draft: UserWalletDraft) -> UserWalletView:
        """The new account."""
        account_id = UserWalletId(self.ids.new())
        fields = sealed_fields(replacement(draft), account_id, self.vault)
        account = UserWallet(id=account_id, user_id=user_id, **fields)

        async def connect() -> UserWalletView:
            async with self.uow() as tx:
                offered = (eq("id", draft.wallet_id), eq("is_active", True))
                catalogue = await tx[Wallet].first(*offered)
                if catalogue is None:
                    raise Invalid.field("wallet_id", "names no wallet on offer")
                return user_wallet_view(await self._open(tx, account, catalogue), catalogue)

        return await settled(connect)

    async def _open(self, tx: Transaction, account: UserWallet, catalogue: Wallet) -> UserWallet:
        deposits = first_deposits(catalogue)
        if not deposits:
            return await tx[UserWallet].add(account)
        for deposit in deposits:
            account = account.moved(deposit.currency, free=deposit.amount)
        opened = await tx[UserWallet].add(account.with_(balance_at=self.clock.now()))
        entries = ledger_entries(deposits, opened.id, str(opened.id), self.ids)
        await tx[LedgerEntry].add_many(entries)
        return opened


@dataclass(frozen=True, slots=True)
class UpdateUserWallet:
    """Change label, credentials or whether it is active; the venue stays.

    `changes` are fields of `UserWalletDraft`; null as credentials takes them away. Raises
    `NotFound`, and `Invalid` for another venue.
    """

    uow: UnitOfWork
    vault: Vault

    async def __call__(
        self, *, user_id: UserId, user_wallet_id: UUID, changes: Mapping[str, object]
    ) -> UserWalletView:
        """The account as it is now."""
        fields = sealed_fields(changes, user_wallet_id, self.vault)

        async def change() -> UserWalletView:
            async with self.uow() as tx:
                own = USER_WALLET_ACCESS.writable(user_id)
                account = await tx[UserWallet].get(user_wallet_id, *own)
                if changes.get("wallet_id", account.wallet_id) != account.wallet_id:
                    raise Invalid.field("wallet_id", "cannot change: its balances are there")
                catalogue = await tx[Wallet].get(account.wallet_id, include_deleted=True)
                changed = await tx[UserWallet].save(account.with_(**fields))
                return user_wallet_view(changed, catalogue)

        return await settled(change)


@dataclass(frozen=True, slots=True)
class ArchiveUserWallet:
    """Remove an account; nothing happens at the venue.

    Raises `RuleViolated` while a flow that is not stopped uses it or an order of it is open,
    and `NotFound`.
    """

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, user_wallet_id: UUID) -> None:
        """Remove it."""

        async def remove() -> None:
            async with self.uow() as tx:
                own = USER_WALLET_ACCESS.writable(user_id)
                account = await tx[UserWallet].get(user_wallet_id, *own)
                await _require_unused(tx, account)
                await tx[UserWallet].remove(account)

        await settled(remove)


async def _require_unused(tx: Transaction, account: UserWallet) -> None:
    its_own = eq("user_wallet_id", account.id)
    flow = await tx[Flow].first(eq("user_id", account.user_id), its_own, _ALIVE)
    if flow is not None:
        raise RuleViolated(f"The flow “{flow.title}” uses it; stop or change the flow first.")
    if await tx[Order].first(its_own, any_of("status", OPEN)) is not None:
        raise RuleViolated("An order of the wallet is open; cancel it first.")
