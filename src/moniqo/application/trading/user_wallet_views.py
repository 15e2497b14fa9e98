"""User wallets as they are shown: with their venue, without their credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from moniqo.application.shared.views import view
from moniqo.domain.shared.ids import UserWalletId, WalletId
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
    return view(
        UserWalletView,
        account,
        wallet_name=catalogue.name,
        provider=catalogue.provider,
        has_credentials=account.credentials is not None,
    )
