"""Looking through one's wallets."""

from dataclasses import dataclass

from moniqo.application.shared.access import Browse
from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page
from moniqo.application.trading.access import USER_WALLET_ACCESS
from moniqo.application.trading.user_wallet_views import UserWalletView, user_wallet_view
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.wallet import Wallet


@dataclass(frozen=True, slots=True)
class ListUserWallets:
    """A page of the user's wallets. The listing's fields are those of `UserWallet`."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, listing: Listing) -> Page[UserWalletView]:
        """The page."""
        page = await Browse(self.uow, USER_WALLET_ACCESS)(user_id=user_id, listing=listing)
        async with self.uow() as tx:
            known = await by_ids(tx, Wallet, (account.wallet_id for account in page.items))
        return page.holding(user_wallet_view(it, known[it.wallet_id]) for it in page.items)
