"""A made-up market for whoever has no file at hand: the same one every time."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from moniqo.adapters.market_data.csv_file import HEADER

BARS = 4320
"""Half a year of hours."""
START = datetime(2025, 1, 1, tzinfo=UTC)
FIRST_PRICE = 50_000.0
TREND_BARS, TREND, NOISE, WICK = 72, 0.0012, 0.011, 0.003
"""How long a trend lasts, and the most that trend, noise and wick change a price, as rates."""
_SEED = 1
_CENT = Decimal("0.01")


def generated_csv(bars: int = BARS) -> str:
    """Hourly candles as a CSV file has them: trends of some days, and noise."""
    return "\n".join((HEADER, *_rows(bars))) + "\n"


def _rows(bars: int) -> Iterator[str]:
    chance = random.Random(_SEED)  # noqa: S311  (draws prices, guards nothing)
    close, trend = FIRST_PRICE, 0.0
    for bar in range(bars):
        if bar % TREND_BARS == 0:
            trend = chance.uniform(-TREND, TREND)
        opened = close
        close = opened * (1 + trend + chance.uniform(-NOISE, NOISE))
        high = max(opened, close) * (1 + chance.uniform(0, WICK))
        low = min(opened, close) * (1 - chance.uniform(0, WICK))
        at = START + timedelta(hours=bar)
        prices = ",".join(_cents(price) for price in (opened, high, low, close))
        yield f"{int(at.timestamp() * 1000)},{prices},{chance.randint(100, 5000)}"


def _cents(price: float) -> str:
    return str(Decimal(price).quantize(_CENT))
