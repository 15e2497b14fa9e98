"""Looking at one of one's wallets."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.shared.access import Fetch
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.trading.access import USER_WALLET_ACCESS
from moniqo.application.trading.user_wallet_views import UserWalletView, user_wallet_view
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.wallet import Wallet


@dataclass(frozen=True, slots=True)
class GetUserWallet:
    """One of the user's wallets; raises `NotFound`."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, user_wallet_id: UUID) -> UserWalletView:
        """The wallet."""
        fetch = Fetch(self.uow, USER_WALLET_ACCESS)
        account = await fetch(user_id=user_id, entity_id=user_wallet_id)
        async with self.uow() as tx:
            catalogue = await tx[Wallet].get(account.wallet_id, include_deleted=True)
        return user_wallet_view(account, catalogue)
