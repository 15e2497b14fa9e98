"""Markets: what is traded, in which steps, and what its prices were."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from moniqo.domain.shared.decimals import exact, floor_to
from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.ids import CandleId, InstrumentId
from moniqo.domain.shared.rules import Pattern, Range

ExchangeName = Annotated[
    str, Pattern(r"[a-z0-9_]{1,32}", "1 to 32 lower-case letters, digits or underscores")
]
Symbol = Annotated[
    str, Pattern(r"[A-Z0-9]{1,20}/[A-Z0-9]{1,20}", "BASE/QUOTE in capitals, such as BTC/USDT")
]
Currency = Annotated[str, Pattern(r"[A-Z0-9]{1,20}", "1 to 20 capital letters or digits")]
Price = Annotated[Decimal, Range(above=0)]
Amount = Annotated[Decimal, Range(least=0)]
Rate = Annotated[Decimal, Range(least=0, most=1)]


class Timeframe(StrEnum):
    """How long one candle is."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"

    @property
    def duration(self) -> timedelta:
        """The candle's length."""
        return _DURATIONS[self]


_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATIONS = {item: int(item[:-1]) * _UNITS[item[-1]] for item in Timeframe}


@dataclass(frozen=True, slots=True)
class Series(Value):
    """The candles of one symbol on one exchange."""

    exchange: ExchangeName
    symbol: Symbol
    timeframe: Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle(Entity):
    """One bar; `opened_at` lies on the grid of its timeframe, volume is in the base asset."""

    id: CandleId
    exchange: ExchangeName
    symbol: Symbol
    timeframe: Timeframe
    opened_at: datetime
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Amount

    def check(self) -> None:
        """High and low span open and close."""
        if self.high < max(self.open, self.close):
            raise Invalid.field("high", "must not be below open or close")
        if self.low > min(self.open, self.close):
            raise Invalid.field("low", "must not be above open or close")

    @property
    def closed_at(self) -> datetime:
        """The instant from which the bar is known."""
        return self.opened_at + self.timeframe.duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument(Entity):
    """A symbol's trading rules on an exchange; fees are rates of the notional."""

    id: InstrumentId
    exchange: ExchangeName
    symbol: Symbol
    base: Currency
    quote: Currency
    tick_size: Price
    lot_size: Price
    min_quantity: Amount = Decimal(0)
    min_notional: Amount = Decimal(0)
    maker_fee: Rate = Decimal("0.001")
    taker_fee: Rate = Decimal("0.001")

    def check(self) -> None:
        """The symbol is made of the two currencies."""
        if self.symbol != f"{self.base}/{self.quote}":
            fault = Fault("symbol", "must be base/quote")
            raise Invalid("Instrument: symbol must be base/quote", faults=(fault,))

    def lots(self, quantity: Decimal) -> Decimal:
        """The tradable part of a quantity."""
        return floor_to(quantity, self.lot_size)

    @exact
    def affordable(self, cash: Decimal, price: Decimal, fee: Decimal | None = None) -> Decimal:
        """The most that `cash` buys at `price` in whole lots, a fee included: the taker's."""
        rate = self.taker_fee if fee is None else fee
        per_lot = price * (1 + rate) * self.lot_size
        return cash // per_lot * self.lot_size

    @exact
    def quantised(self, price: Decimal) -> Decimal:
        """The price on the tick grid, rounded down."""
        return price // self.tick_size * self.tick_size

    @exact
    def refuses(self, quantity: Decimal, price: Decimal) -> str | None:
        """Why the exchange would not take such an order; None if it would."""
        if quantity <= 0 or quantity < self.min_quantity:
            return f"quantity {quantity} is below the least of {self.min_quantity or self.lot_size}"
        if quantity * price < self.min_notional:
            return f"notional {quantity * price} is below the least of {self.min_notional}"
        return None
