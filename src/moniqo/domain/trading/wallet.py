"""Wallets: the catalogue of venues, and what a user holds at one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from moniqo.domain.shared.ciphertext import Ciphertext
from moniqo.domain.shared.decimals import ZERO, exact
from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import UserId, UserWalletId, WalletId
from moniqo.domain.shared.rules import Length
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Amount, Currency
from moniqo.domain.trading.paper import check_terms

PAPER = "paper"
"""The provider of the embedded exchange."""


class WalletType(StrEnum):
    """What kind of venue it is."""

    CEX = "CEX"
    DEX = "DEX"
    WALLET = "WALLET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet(Entity):
    """A venue that users can connect.

    A paper wallet's `config` has the fields of `PaperTerms`, all of them optional.
    """

    id: WalletId
    name: Annotated[str, Length(1, 100)]
    type: WalletType
    provider: Annotated[str, Length(1, 50)]
    supported_currencies: tuple[Currency, ...] = ()
    config: JsonObject = field(default_factory=lambda: JsonObject({}))
    is_active: bool = True

    def check(self) -> None:
        """A paper wallet's configuration is one that the embedded exchange understands."""
        if self.is_paper:
            check_terms(self.config)

    @property
    def market(self) -> str:
        """The exchange whose candles and instruments it trades by."""
        return str(self.config.get("market", self.provider)) if self.is_paper else self.provider

    @property
    def is_paper(self) -> bool:
        """Whether the embedded exchange trades for it."""
        return self.provider == PAPER


@dataclass(frozen=True, slots=True)
class Balance(Value):
    """What is held of a currency: at disposal, and set aside for open orders."""

    free: Amount = ZERO
    locked: Amount = ZERO

    @property
    def total(self) -> Decimal:
        """Free and locked together."""
        return self.free + self.locked


NOTHING = Balance()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserWallet(Entity):
    """A user's account at a venue. Balances never fall below zero."""

    id: UserWalletId
    user_id: UserId
    wallet_id: WalletId
    label: Annotated[str, Length(1, 100)]
    credentials: Ciphertext | None = None
    balances: Mapping[str, Balance] = field(default_factory=dict)
    balance_at: datetime | None = None
    is_active: bool = True

    def require_active(self) -> None:
        """Raise `RuleViolated` unless the wallet is in use."""
        if not self.is_active:
            raise RuleViolated("The wallet is not active.")

    def balance(self, currency: str) -> Balance:
        """What is held of `currency`."""
        return self.balances.get(currency, NOTHING)

    @exact
    def moved(self, currency: str, *, free: Decimal = ZERO, locked: Decimal = ZERO) -> Self:
        """With the amounts added (negative takes away); raises `RuleViolated` below zero."""
        held = self.balance(currency)
        now = (held.free + free, held.locked + locked)
        if min(now) < 0:
            raise RuleViolated(f"Not enough {currency}: {held.free} free, {held.locked} locked.")
        return self.with_(balances={**self.balances, currency: Balance(*now)})

    def reserved(self, currency: str, amount: Decimal) -> Self:
        """With `amount` set aside for an order (negative: released)."""
        return self.moved(currency, free=-amount, locked=amount)
