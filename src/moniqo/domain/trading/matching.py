"""What becomes of an order on given candles: the rules of the embedded exchange.

A pure function, so that an order that is looked up has done what it did when it was sent.
When and at which price an order may trade is told by `offers`; this is about how much.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.domain.shared.decimals import ZERO, exact, storable
from moniqo.domain.trading.market import Candle, Instrument
from moniqo.domain.trading.offers import WITHIN, Offer, offers
from moniqo.domain.trading.order import Order, OrderStatus, OrderType, Side
from moniqo.domain.trading.paper import PaperTerms


@dataclass(frozen=True, slots=True)
class Execution:
    """A quantity traded in the bar that opened at `bar`; the fee is in the quote currency."""

    bar: datetime
    at: datetime
    price: Decimal
    quantity: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Matched:
    """How an order stands after the candles; `reason` explains a rejection."""

    status: OrderStatus
    executions: tuple[Execution, ...] = ()
    reason: str | None = None


def visible_from(order: Order) -> datetime:
    """The opening instant from which candles matter to the order.

    What protects an entry that was filled within a bar sees the rest of that bar too.
    """
    if order.protects is None:
        return order.placed_at
    return order.placed_at - order.timeframe.duration + WITHIN


@exact
def match(
    order: Order, instrument: Instrument, candles: Sequence[Candle], terms: PaperTerms
) -> Matched:
    """Trade `order` on `candles`, ascending from `visible_from` on.

    A buy is filled when its quantity or its budget is used up.
    """
    price = order.limit_price or order.stop_price
    if price is not None:
        reason = _refusal(order, instrument, _Remaining.of(order, instrument), price)
        if reason is not None:
            return Matched(OrderStatus.REJECTED, reason=reason)
    return _traded(order, instrument, offers(order, instrument, candles, terms), terms)


@dataclass(slots=True)
class _Remaining:
    """What is left to trade of an order's quantity and budget; None: without bound."""

    quantity: Decimal | None
    budget: Decimal | None

    @classmethod
    def of(cls, order: Order, instrument: Instrument) -> "_Remaining":
        quantity = None if order.quantity is None else instrument.lots(order.quantity)
        return cls(quantity, order.budget if order.side is Side.BUY else None)

    def at(self, price: Decimal, fee: Decimal, instrument: Instrument) -> Decimal:
        """The most that can be traded at a price."""
        if self.budget is None:
            return self.quantity or ZERO
        possible = instrument.affordable(self.budget, price, fee)
        if self.quantity is not None:
            possible = min(possible, self.quantity)
        # Value and fee are kept to 18 places: rounding must not pass the budget either.
        while possible and sum(_cost(price, possible, fee)) > self.budget:
            possible -= instrument.lot_size
        return possible

    def take(self, price: Decimal, quantity: Decimal, fee: Decimal) -> Decimal:
        """Take a quantity away and answer its fee."""
        value, charged = _cost(price, quantity, fee)
        if self.quantity is not None:
            self.quantity -= quantity
        if self.budget is not None:
            self.budget -= value + charged
        return charged


def _cost(price: Decimal, quantity: Decimal, fee: Decimal) -> tuple[Decimal, Decimal]:
    value = price * quantity
    return storable(value), storable(value * fee)


def _traded(
    order: Order, instrument: Instrument, offers: Iterator[Offer], terms: PaperTerms
) -> Matched:
    left = _Remaining.of(order, instrument)
    done: list[Execution] = []
    for offer in offers:
        possible = left.at(offer.price, offer.fee, instrument)
        if not possible and done:
            return Matched(OrderStatus.FILLED, tuple(done))
        if not done and (not possible or order.type is OrderType.MARKET):
            reason = _refusal(order, instrument, left, offer.price, offer.fee)
            if reason is not None:
                return Matched(OrderStatus.REJECTED, reason=reason)
        quantity = _capped(possible, offer.bar, instrument, terms)
        if quantity:
            fee = left.take(offer.price, quantity, offer.fee)
            done.append(Execution(offer.bar.opened_at, offer.at, offer.price, quantity, fee))
        if quantity == possible:
            return Matched(OrderStatus.FILLED, tuple(done))
    return Matched(OrderStatus.PARTIALLY_FILLED if done else OrderStatus.ACCEPTED, tuple(done))


def _refusal(
    order: Order,
    instrument: Instrument,
    left: _Remaining,
    price: Decimal,
    fee: Decimal | None = None,
) -> str | None:
    quantity = left.at(price, instrument.taker_fee if fee is None else fee, instrument)
    if not quantity and left.budget is not None:
        return f"the budget of {order.budget} buys nothing at {price}"
    return instrument.refuses(quantity, price)


def _capped(quantity: Decimal, bar: Candle, instrument: Instrument, terms: PaperTerms) -> Decimal:
    if terms.volume_share is None:
        return quantity
    return min(quantity, instrument.lots(bar.volume * terms.volume_share))


def up_to(executions: Sequence[Execution], quantity: Decimal) -> tuple[Execution, ...]:
    """The first executions that make up `quantity`: all that an ended order got."""
    total, count = ZERO, 0
    for item in executions:
        total += item.quantity
        if total > quantity:
            break
        count += 1
    return tuple(executions[:count])
