"""The double-entry ledger: money is moved between accounts, never made."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import LedgerEntryId, UserWalletId
from moniqo.domain.shared.rules import Length
from moniqo.domain.trading.market import Currency


class LedgerKind(StrEnum):
    """Why money moved."""

    DEPOSIT = "deposit"
    TRADE = "trade"
    FEE = "fee"
    ADJUSTMENT = "adjustment"


class LedgerAccount(StrEnum):
    """The wallet itself, and what stands against it."""

    WALLET = "wallet"
    OUTSIDE = "outside"
    MARKET = "market"
    FEES = "fees"


COUNTER = {
    LedgerKind.DEPOSIT: LedgerAccount.OUTSIDE,
    LedgerKind.ADJUSTMENT: LedgerAccount.OUTSIDE,
    LedgerKind.TRADE: LedgerAccount.MARKET,
    LedgerKind.FEE: LedgerAccount.FEES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry(Entity):
    """One side of a movement; append-only. Each `ref` sums to zero in every currency."""

    id: LedgerEntryId
    user_wallet_id: UserWalletId
    account: LedgerAccount
    currency: Currency
    amount: Decimal
    kind: LedgerKind
    ref: Annotated[str, Length(1, 100)]


@dataclass(frozen=True, slots=True)
class Movement:
    """Money into the wallet (negative: out of it) and the reason; becomes two entries."""

    currency: str
    amount: Decimal
    kind: LedgerKind
