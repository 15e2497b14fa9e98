"""Ports to venues and to their prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from moniqo.application.shared.outside import Outside
from moniqo.domain.trading.market import Candle, Instrument, Series, Timeframe
from moniqo.domain.trading.order import Order, OrderStatus
from moniqo.domain.trading.wallet import UserWallet, Wallet


class OutcomeUnknown(Exception):
    """The venue may or may not have acted: the answer was lost. Look the order up."""


@dataclass(frozen=True, slots=True)
class FillReport:
    """One execution as the venue tells it; `fill_id` is unique within the order."""

    fill_id: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str
    filled_at: datetime


@dataclass(frozen=True, slots=True)
class OrderReport:
    """All that the venue knows of an order: every fill so far, not only new ones.

    `quantity` is what the venue made of a budget, once it knows. `reason` explains a refusal.
    """

    status: OrderStatus
    fills: tuple[FillReport, ...] = ()
    quantity: Decimal | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Venue:
    """Where an order goes, and on whose account (credentials are still sealed)."""

    wallet: Wallet
    account: UserWallet


class Exchange(Outside, Protocol):
    """A venue that takes orders. Every order carries its `client_order_id`.

    A refusal is a report with status `rejected`, not an error. Raises `OutcomeUnknown` when the
    venue may have acted, `Unavailable` when it surely has not.
    """

    async def submit(self, order: Order, venue: Venue) -> OrderReport:
        """Place the order."""

    async def lookup(self, order: Order, venue: Venue) -> OrderReport | None:
        """What became of the order; None if the venue never got it."""

    async def cancel(self, order: Order, venue: Venue) -> OrderReport:
        """Take back what is not filled yet; an order that is over is reported as it ended."""


class MarketData(Outside, Protocol):
    """Past candles and trading rules. Knows only candles that have closed by now."""

    async def history(self, series: Series, *, until: datetime, limit: int) -> Sequence[Candle]:
        """The last `limit` candles closed by `until`, oldest first."""

    async def since(
        self,
        series: Series,
        *,
        start: datetime,
        before: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[Candle]:
        """The candles opened at or after `start` and before `before`, oldest first.

        At most the first `limit` of them.
        """

    async def instrument(self, exchange: str, symbol: str) -> Instrument:
        """The trading rules of a symbol; raises `NotFound`."""


@dataclass(frozen=True, slots=True)
class CandleRow:
    """A candle as read; `place` says where from, for whoever has to correct it."""

    place: str
    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class CandleSource(Outside, Protocol):
    """Candles that can be imported."""

    async def read(self, location: str, timeframe: Timeframe) -> Sequence[CandleRow]:
        """At least one row, ascending, on the timeframe's grid, none twice.

        Raises `Invalid` naming the place and the reason of the first fault.
        """
