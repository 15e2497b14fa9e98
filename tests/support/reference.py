"""The moving-average cross on the paper exchange, worked out a second time and plainly.

Shares no code with the product: what both agree on is right twice.
"""

import csv
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal, getcontext, localcontext
from pathlib import Path

HOUR_MS = 3_600_000


@dataclass
class ReferenceTrade:
    entry_bar: int
    entry_price: Decimal
    quantity: Decimal
    exit_bar: int | None = None
    exit_price: Decimal | None = None
    profit_loss: Decimal | None = None


@dataclass
class Reference:
    closed: list[ReferenceTrade] = field(default_factory=list)
    open: ReferenceTrade | None = None
    equity: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)


def average(values: list[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def moving_average_cross(
    path: Path,
    *,
    cash: str = "10000",
    fraction: str = "0.95",
    fee: str = "0.001",
    lot: str = "0.000001",
    fast: int = 10,
    slow: int = 20,
) -> Reference:
    """What a replay of the file must come to, to the last digit."""
    with path.open(newline="") as file:
        rows = [(Decimal(row["open"]), Decimal(row["close"])) for row in csv.DictReader(file)]
    with localcontext(getcontext()) as context:
        context.prec = 60
        return _replay(
            rows, Decimal(cash), Decimal(fraction), Decimal(fee), Decimal(lot), fast, slow
        )


def _replay(  # noqa: PLR0917  (the terms of a replay, each by its name above)
    rows: list[tuple[Decimal, Decimal]],
    cash: Decimal,
    fraction: Decimal,
    fee: Decimal,
    lot: Decimal,
    fast: int,
    slow: int,
) -> Reference:
    found, quantity, wanted = Reference(), Decimal(0), ""
    closes = [close for _, close in rows]
    for bar, (price, _) in enumerate(rows):
        if wanted == "buy":
            lots = (fraction * cash / (price * (1 + fee)) / lot).to_integral_value(ROUND_FLOOR)
            quantity = lots * lot
            charge = quantity * price * fee
            cash -= quantity * price + charge
            found.fees += charge
            found.open = ReferenceTrade(bar, price, quantity)
        if wanted == "sell" and found.open is not None:
            trade, charge = found.open, quantity * price * fee
            cash += quantity * price - charge
            found.fees += charge
            trade.exit_bar, trade.exit_price = bar, price
            entry_fee = trade.entry_price * quantity * fee
            trade.profit_loss = (price - trade.entry_price) * quantity - charge - entry_fee
            found.closed.append(trade)
            found.open, quantity = None, Decimal(0)
        wanted = _wanted(closes[: bar + 1], fast, slow, holding=found.open is not None)
    found.equity = cash + quantity * closes[-1]
    return found


def _wanted(closes: list[Decimal], fast: int, slow: int, *, holding: bool) -> str:
    if len(closes) <= slow:
        return ""
    before = average(closes[-fast - 1 : -1]) - average(closes[-slow - 1 : -1])
    now = average(closes[-fast:]) - average(closes[-slow:])
    if before < 0 < now and not holding:
        return "buy"
    return "sell" if now < 0 < before and holding else ""


def write_waves(path: Path, *, bars: int = 400, start_ms: int = 1_735_689_600_000) -> Path:
    """A candle file of rising and falling hours, the same every time."""
    price, lines = Decimal(20000), ["timestamp_ms,open,high,low,close,volume"]
    for bar in range(bars):
        step = Decimal((bar * 37) % 101 - 50) + (40 if bar // 30 % 2 else -40)
        close = price + step
        high, low = max(price, close) + Decimal("3.21"), min(price, close) - Decimal("2.17")
        volume = Decimal(1000 + bar % 7) / 10
        lines.append(f"{start_ms + bar * HOUR_MS},{price},{high},{low},{close},{volume}")
        price = close
    path.write_text("\n".join(lines) + "\n")
    return path
