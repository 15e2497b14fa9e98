"""Connecting wallets."""

from dataclasses import dataclass

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.vault import Vault
from moniqo.application.trading.deposits import first_deposits
from moniqo.application.trading.ledger import ledger_entries
from moniqo.application.trading.user_wallet_drafts import UserWalletDraft, sealed_fields
from moniqo.application.trading.user_wallet_views import UserWalletView, user_wallet_view
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import UserId, UserWalletId
from moniqo.domain.trading.ledger import LedgerEntry
from moniqo.domain.trading.wallet import UserWallet, Wallet


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
