"""User wallets as they are shown: with their venue, without their credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page, any_of
from moniqo.application.trading.access import USER_WALLET_ACCESS
from moniqo.domain.shared.ids import UserId, UserWalletId, WalletId
from moniqo.domain.trading.wallet import Balance, UserWallet, Wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class UserWalletView:
    """An account at a venue; `balances` by currency were so at `balance_at`."""

    id: UserWalletId
    version: int
    wallet_id: WalletId
    wallet_name: str
    provider: str
    label: str
    has_credentials: bool
    balances: Mapping[str, Balance]
    balance_at: datetime | None
    is_active: bool
    created_at: datetime | None
    updated_at: datetime | None


def user_wallet_view(account: UserWallet, catalogue: Wallet) -> UserWalletView:
    """What is shown of a user wallet."""
    return UserWalletView(
        id=account.id,
        version=account.version,
        wallet_id=account.wallet_id,
        wallet_name=catalogue.name,
        provider=catalogue.provider,
        label=account.label,
        has_credentials=account.credentials is not None,
        balances=account.balances,
        balance_at=account.balance_at,
        is_active=account.is_active,
        created_at=account.created_at,
        updated_at=account.updated_at,
    )


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


@dataclass(frozen=True, slots=True)
class ListUserWallets:
    """A page of the user's wallets. The listing's fields are those of `UserWallet`."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, listing: Listing) -> Page[UserWalletView]:
        """The page."""
        page = await Browse(self.uow, USER_WALLET_ACCESS)(user_id=user_id, listing=listing)
        wanted = tuple({account.wallet_id for account in page.items})
        venues = Listing(
            where=(any_of("id", wanted),), limit=max(1, len(wanted)), include_deleted=True
        )
        async with self.uow() as tx:
            known = {wallet.id: wallet for wallet in (await tx[Wallet].page(venues)).items}
        items = tuple(user_wallet_view(item, known[item.wallet_id]) for item in page.items)
        return Page(items, page.total, page.limit, page.offset, page.next_cursor)
