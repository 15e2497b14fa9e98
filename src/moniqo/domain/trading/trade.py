"""Trades: positions from the first fill to flat."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from moniqo.domain.shared.decimals import ZERO, exact, storable
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import AgentId, FlowId, TradeId, UserId, UserWalletId
from moniqo.domain.shared.rules import Range
from moniqo.domain.trading.market import Amount, ExchangeName, Price, Symbol, Timeframe
from moniqo.domain.trading.order import Fill, Side


class TradeType(StrEnum):
    """What kind of market it is on."""

    CRYPTO = "crypto"
    FOREX = "forex"


class TradeStatus(StrEnum):
    """Where a position stands."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade(Entity):
    """A position: made, grown, reduced and closed by fills alone.

    `entry_value` and `exit_value` are exact sums of price × quantity; prices are their
    averages. `profit_loss` is net of `fees` (in the quote currency), known once flat:
    (exit − entry) × quantity × side − fees.
    """

    id: TradeId
    user_id: UserId
    flow_id: FlowId | None = None
    agent_id: AgentId | None = None
    user_wallet_id: UserWalletId
    trade_type: TradeType = TradeType.CRYPTO
    exchange: ExchangeName
    symbol: Symbol
    timeframe: Timeframe
    side: Side
    entry_price: Price
    exit_price: Price | None = None
    quantity: Price
    closed_quantity: Amount = ZERO
    entry_value: Amount
    exit_value: Amount = ZERO
    leverage: Annotated[Decimal, Range(least=1)] = Decimal(1)
    fees: Amount = ZERO
    profit_loss: Decimal | None = None
    status: TradeStatus = TradeStatus.OPEN
    executed_at: datetime
    closed_at: datetime | None = None

    def check(self) -> None:
        """No more is closed than was opened."""
        if self.closed_quantity > self.quantity:
            raise RuleViolated("A trade cannot close more than it holds.")

    @property
    def held(self) -> Decimal:
        """What is still open, in the base currency."""
        return self.quantity - self.closed_quantity

    def require_open(self) -> None:
        """Raise `RuleViolated` unless the position is open."""
        if self.status is not TradeStatus.OPEN:
            raise RuleViolated(f"The trade is {self.status} already.")

    @exact
    def entered(self, fill: Fill) -> Self:
        """Grown by a fill on its own side."""
        self.require_open()
        quantity = self.quantity + fill.quantity
        value = self.entry_value + fill.price * fill.quantity
        return self.with_(
            quantity=quantity,
            entry_value=storable(value),
            entry_price=storable(value / quantity),
            fees=storable(self.fees + fill.fee),
        )

    @exact
    def reduced(self, fill: Fill) -> Self:
        """Reduced by a fill on the other side; closed, with its profit, once flat."""
        self.require_open()
        closed = self.closed_quantity + fill.quantity
        value = self.exit_value + fill.price * fill.quantity
        changed = self.with_(
            closed_quantity=closed,
            exit_value=storable(value),
            exit_price=storable(value / closed),
            fees=storable(self.fees + fill.fee),
        )
        return changed.flat(fill.filled_at) if closed == self.quantity else changed

    @exact
    def flat(self, at: datetime) -> Self:
        """Closed, with the profit or loss that entry, exit and fees make."""
        gain = self.exit_value - self.entry_value
        profit = (gain if self.side is Side.BUY else -gain) - self.fees
        return self.with_(status=TradeStatus.CLOSED, closed_at=at, profit_loss=storable(profit))
