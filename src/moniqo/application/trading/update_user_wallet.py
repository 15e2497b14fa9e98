"""Changing a user's wallet."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.vault import Vault
from moniqo.application.trading.access import USER_WALLET_ACCESS
from moniqo.application.trading.user_wallet_drafts import sealed_fields
from moniqo.application.trading.user_wallet_views import UserWalletView, user_wallet_view
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.wallet import UserWallet, Wallet


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
