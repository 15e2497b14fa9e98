"""When, and at which price, an order may trade on given candles.

Market orders trade at opens. Limits trade at their price, or at an open that is better.
Stops and targets become market orders once touched: at their price, or at the open that
jumped over it. Where one bar touches both, the stop counts. With slippage, prices of
market orders are worse by that rate; what is not a candle's own price is put on the tick
grid, to the trader's disadvantage.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.trading.market import Candle, Instrument
from moniqo.domain.trading.order import Order, OrderType, Side
from moniqo.domain.trading.paper import PaperTerms

WITHIN = timedelta(milliseconds=1)
"""How long after a bar's open its inside is said to be: when exactly, candles do not tell."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A chance to trade: from when, at which price, at which fee rate."""

    bar: Candle
    at: datetime
    price: Decimal
    fee: Decimal


Touch = Callable[[Candle, Decimal], Decimal | None]


def offers(
    order: Order, instrument: Instrument, candles: Sequence[Candle], terms: PaperTerms
) -> Iterator[Offer]:
    """The chances that ascending `candles` give; each of them may be taken in part."""
    if order.type is OrderType.LIMIT:
        return _resting(order, instrument, candles)
    if order.type is OrderType.MARKET:
        return _at_opens(order, instrument, candles, terms)
    return _triggered(order, instrument, candles, terms)


def _at_opens(
    order: Order, instrument: Instrument, candles: Sequence[Candle], terms: PaperTerms
) -> Iterator[Offer]:
    for bar in candles:
        price = _slipped(order, instrument, bar.open, terms) if terms.slippage else bar.open
        yield Offer(bar, bar.opened_at, price, instrument.taker_fee)


def _resting(order: Order, instrument: Instrument, candles: Sequence[Candle]) -> Iterator[Offer]:
    buys = order.side is Side.BUY
    touch = _falls_to if buys else _rises_to
    level = _on_grid(instrument, order.limit_price or ZERO, up=not buys)
    for index, bar in enumerate(candles):
        price = touch(bar, level)
        if price is not None:
            at_open = price == bar.open
            fee = instrument.taker_fee if at_open and index == 0 else instrument.maker_fee
            yield Offer(bar, bar.opened_at if at_open else bar.opened_at + WITHIN, price, fee)


def _triggered(
    order: Order, instrument: Instrument, candles: Sequence[Candle], terms: PaperTerms
) -> Iterator[Offer]:
    legs = _legs(order)
    for index, bar in enumerate(candles):
        price, at = _touched(order, legs, bar)
        if price is not None:
            at_open = at == bar.opened_at
            if terms.slippage or not at_open:
                price = _slipped(order, instrument, price, terms)
            yield Offer(bar, at, price, instrument.taker_fee)
            yield from _at_opens(order, instrument, candles[index + 1 :], terms)
            return


def _legs(order: Order) -> list[tuple[Touch, Decimal]]:
    """Ways to be triggered, the first going before the second within a bar."""
    sells, trigger = order.side is Side.SELL, order.stop_price or ZERO
    loses, gains = (_falls_to, _rises_to) if sells else (_rises_to, _falls_to)
    if order.type is OrderType.TAKE_PROFIT:
        return [(gains, trigger)]
    second = [] if order.take_profit is None else [(gains, order.take_profit)]
    return [(loses, trigger), *second]


def _touched(
    order: Order, legs: list[tuple[Touch, Decimal]], bar: Candle
) -> tuple[Decimal | None, datetime]:
    """The price at which a bar triggers the order, if it does, and when."""
    if bar.opened_at < order.placed_at:
        return _touched_midway(order, bar)
    for touch, level in legs:
        price = touch(bar, level)
        if price is not None:
            return price, bar.opened_at if price == bar.open else bar.opened_at + WITHIN
    return None, bar.opened_at


def _touched_midway(order: Order, bar: Candle) -> tuple[Decimal | None, datetime]:
    """The same in the bar within which the entry was filled.

    What lies below the entry's price came after it, so a stop counts; whether a target was
    touched before or after the entry, nobody knows, so it does not.
    """
    stop = order.stop_price or ZERO
    hit = order.type is OrderType.STOP and bar.low <= stop
    return (stop if hit else None), order.placed_at


def _falls_to(bar: Candle, level: Decimal) -> Decimal | None:
    return min(bar.open, level) if bar.low <= level else None


def _rises_to(bar: Candle, level: Decimal) -> Decimal | None:
    return max(bar.open, level) if bar.high >= level else None


def _slipped(order: Order, instrument: Instrument, price: Decimal, terms: PaperTerms) -> Decimal:
    if order.side is Side.BUY:
        return _on_grid(instrument, price * (1 + terms.slippage), up=True)
    lowered = _on_grid(instrument, price * (1 - terms.slippage), up=False)
    return max(lowered, instrument.tick_size)


def _on_grid(instrument: Instrument, price: Decimal, *, up: bool) -> Decimal:
    below = instrument.quantised(price)
    return below + instrument.tick_size if up and below != price else below
