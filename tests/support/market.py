"""Candles, orders and instruments for tests, told by as few figures as matter."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from moniqo.domain.shared.ids import CandleId, InstrumentId, OrderId, UserId, UserWalletId
from moniqo.domain.trading.market import Candle, Instrument, Series, Timeframe
from moniqo.domain.trading.order import Order, OrderType, Side

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SERIES = Series("binance", "BTC/USDT", Timeframe.H1)
_ids = count(1)


def new_id() -> UUID:
    """One that no other thing of the test has."""
    return UUID(int=next(_ids))


def at(bar: int, *, within: bool = False) -> datetime:
    """When an hourly bar opens, or just after that."""
    return START + bar * HOUR + timedelta(milliseconds=within)


def candle(
    index: int, prices: str, volume: str = "10", timeframe: Timeframe = Timeframe.H1
) -> Candle:
    """The bar of that number: `prices` are open, high, low and close, or one for all."""
    figures = [Decimal(text) for text in prices.split()]
    first, high, low, last = figures if len(figures) > 1 else figures * 4
    return Candle(
        id=CandleId(new_id()),
        exchange="binance",
        symbol="BTC/USDT",
        timeframe=timeframe,
        opened_at=START + index * timeframe.duration,
        open=first,
        high=high,
        low=low,
        close=last,
        volume=Decimal(volume),
    )


def candles(*prices: str, volume: str = "10") -> list[Candle]:
    """Hourly bars from bar 0 on."""
    return [candle(index, text, volume) for index, text in enumerate(prices)]


def closes(values: Iterable[Decimal | int]) -> list[Candle]:
    """Hourly bars in which nothing moves."""
    return [candle(index, str(value)) for index, value in enumerate(values)]


def instrument(**fields: Any) -> Instrument:
    """BTC/USDT with round steps and a fee of 1 %."""
    values = {
        "id": InstrumentId(new_id()),
        "exchange": "binance",
        "symbol": "BTC/USDT",
        "base": "BTC",
        "quote": "USDT",
        "tick_size": Decimal("0.01"),
        "lot_size": Decimal("0.001"),
        "maker_fee": Decimal("0.005"),
        "taker_fee": Decimal("0.01"),
    }
    return Instrument(**values | _exact(fields))


def order(**fields: Any) -> Order:
    """A market buy of 1 BTC, placed when bar 0 opens; figures may be texts."""
    order_id = OrderId(new_id())
    values = {
        "id": order_id,
        "user_id": UserId(new_id()),
        "user_wallet_id": UserWalletId(new_id()),
        "client_order_id": f"order-{order_id.int}",
        "exchange": "binance",
        "symbol": "BTC/USDT",
        "timeframe": Timeframe.H1,
        "side": Side.BUY,
        "type": OrderType.MARKET,
        "quantity": Decimal(1),
        "placed_at": START,
    }
    return Order(**values | _exact(fields))


def _exact(fields: dict[str, Any]) -> dict[str, Any]:
    figures = {"quantity", "budget", "limit_price", "stop_price", "stop_loss", "take_profit"}
    figures |= {"tick_size", "lot_size", "min_quantity", "min_notional", "maker_fee", "taker_fee"}
    return {
        name: Decimal(value) if name in figures and isinstance(value, str | int) else value
        for name, value in fields.items()
    }
