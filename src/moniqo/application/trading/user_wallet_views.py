"""User wallets as they are shown: with their venue, without their credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
