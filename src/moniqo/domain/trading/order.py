"""Orders and their fills: the state machine that every venue's answers go through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Self
from uuid import UUID

from moniqo.domain.shared.decimals import ZERO, exact, storable
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import Fault, Invalid, RuleViolated
from moniqo.domain.shared.ids import (
    AgentId,
    FillId,
    FlowId,
    FlowRunId,
    OrderId,
    UserId,
    UserWalletId,
)
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.trading.market import Amount, Currency, ExchangeName, Price, Symbol, Timeframe


class Side(StrEnum):
    """Which way an order or a position goes."""

    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """When an order trades: at once, at a price or better, or once a trigger is touched."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    TAKE_PROFIT = "take_profit"


class OrderStatus(StrEnum):
    """Where an order stands. `unknown`: sent, and the answer was lost."""

    INTENT = "intent"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


_S = OrderStatus
_ANSWERS = {_S.ACCEPTED, _S.PARTIALLY_FILLED, _S.FILLED, _S.CANCELLED, _S.REJECTED}
_NEXT: dict[OrderStatus, set[OrderStatus]] = {
    _S.INTENT: {_S.SUBMITTED, _S.CANCELLED, _S.REJECTED},
    _S.SUBMITTED: _ANSWERS | {_S.UNKNOWN},
    _S.UNKNOWN: _ANSWERS | {_S.SUBMITTED},
    _S.ACCEPTED: _ANSWERS - {_S.ACCEPTED},
    _S.PARTIALLY_FILLED: {_S.FILLED, _S.CANCELLED},
    _S.FILLED: set(),
    _S.CANCELLED: set(),
    _S.REJECTED: set(),
}
FINAL = frozenset(status for status, following in _NEXT.items() if not following)
OPEN = tuple(status for status in OrderStatus if status not in FINAL)


def client_order_id(user_id: UUID, origin: UUID, step: int, number: int) -> str:
    """The id given to the venue: a pure function of what the order is for.

    `origin` is the run (or the trade that is closed by hand), `number` counts a step's orders.
    """
    text = f"{user_id}|{origin}|{step}|{number}"
    return f"mq{sha256(text.encode()).hexdigest()[:30]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Entity):
    """What a venue was, or is about to be, asked to do.

    `budget` caps what a buy may spend, fees included; a buy without `quantity` takes as much
    as its budget pays for. `reserved` is what is still locked for it: quote currency for a
    buy, base for a sell. `placed_at` is the instant from which it can trade. The paper
    exchange trades it by the candles of `timeframe`. `filled_value` is the exact sum of
    price × quantity.

    An entry's `stop_loss` and `take_profit` become one protective order once it is filled
    (`protects` names the entry): a stop that carries the target as its other leg, whichever
    is touched first trading for both, the stop first within one bar. Without a stop loss it
    is a plain take-profit.
    """

    id: OrderId
    user_id: UserId
    user_wallet_id: UserWalletId
    flow_id: FlowId | None = None
    agent_id: AgentId | None = None
    run_id: FlowRunId | None = None
    step: Annotated[int, Range(least=0)] | None = None
    client_order_id: Annotated[str, Length(1, 64)]
    exchange: ExchangeName
    symbol: Symbol
    timeframe: Timeframe
    side: Side
    type: OrderType
    quantity: Price | None = None
    budget: Price | None = None
    limit_price: Price | None = None
    stop_price: Price | None = None
    protects: OrderId | None = None
    stop_loss: Price | None = None
    take_profit: Price | None = None
    placed_at: datetime
    status: OrderStatus = OrderStatus.INTENT
    reserved: Amount = ZERO
    filled_quantity: Amount = ZERO
    filled_value: Amount = ZERO
    average_price: Price | None = None
    fees: Amount = ZERO
    refusal: Annotated[str, Length(1, 500)] | None = None

    def check(self) -> None:
        """Each type has its prices; a size is known; fills never pass the quantity."""
        faults = []
        if (self.type is OrderType.LIMIT) != (self.limit_price is not None):
            faults.append(Fault("limit_price", "belongs to limit orders, and only to them"))
        triggered = self.type in (OrderType.STOP, OrderType.TAKE_PROFIT)
        if triggered != (self.stop_price is not None):
            faults.append(Fault("stop_price", "belongs to stop and take-profit orders only"))
        if self.quantity is None and (self.budget is None or self.side is Side.SELL):
            faults.append(Fault("quantity", "is needed, or for a buy a budget"))
        if self.quantity is not None and self.filled_quantity > self.quantity:
            faults.append(Fault("filled_quantity", "passes the order's quantity"))
        if faults:
            raise Invalid.naming("Order", faults)

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.status in FINAL

    @property
    def base(self) -> str:
        """The traded currency."""
        return self.symbol.partition("/")[0]

    @property
    def quote(self) -> str:
        """The currency it is paid in."""
        return self.symbol.partition("/")[2]

    @property
    def reserved_currency(self) -> str:
        """The currency that `reserved` counts."""
        return self.quote if self.side is Side.BUY else self.base

    def guarded_by(self, guards: "Sequence[Order]") -> Self:
        """A sell that takes guards away, knowing what is to guard the rest of the position.

        Of several, that is the nearest stop and the nearest target.
        """
        stops = [guard.stop_price for guard in guards if guard.type is OrderType.STOP]
        legs = [guard.take_profit for guard in guards]
        targets = legs + [guard.stop_price for guard in guards if guard.type is not OrderType.STOP]
        return self.with_(
            stop_loss=max((price for price in stops if price), default=None),
            take_profit=min((price for price in targets if price), default=None),
        )

    @property
    def makes_way(self) -> bool:
        """Whether it is a sell that still has to set aside what it sells."""
        is_sell = self.side is Side.SELL and self.protects is None
        return is_sell and self.status is OrderStatus.INTENT and not self.reserved

    def moved(self, status: OrderStatus, *, refusal: str | None = None) -> Self:
        """In the next state; raises `RuleViolated` for a step that does not exist."""
        if status is self.status and status is not OrderStatus.INTENT:
            return self
        if status not in _NEXT[self.status]:
            raise RuleViolated(f"An order that is {self.status} cannot become {status}.")
        return self.with_(status=status, refusal=refusal or self.refusal)

    def sized(self, quantity: Decimal | None) -> Self:
        """With the quantity that the venue made of the budget, once it is known."""
        return self if quantity is None or self.quantity else self.with_(quantity=quantity)

    @exact
    def filled(self, fill: "Fill", *, consumed: Decimal) -> Self:
        """With one more fill, and less reserved by `consumed`."""
        quantity = self.filled_quantity + fill.quantity
        value = self.filled_value + fill.price * fill.quantity
        return self.with_(
            filled_quantity=quantity,
            filled_value=storable(value),
            average_price=storable(value / quantity),
            fees=storable(self.fees + fill.fee),
            reserved=self.reserved - consumed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(Entity):
    """One execution at the venue; (order, fill_id) counts once. The fee is not negative."""

    id: FillId
    order_id: OrderId
    fill_id: Annotated[str, Length(1, 100)]
    price: Price
    quantity: Price
    fee: Amount
    fee_currency: Currency
    filled_at: datetime
