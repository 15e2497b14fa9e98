"""What an agent is shown: fixed when a step begins, and provable by its digest."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from moniqo.domain.shared.decimals import ZERO, canonical
from moniqo.domain.shared.entity import Value
from moniqo.domain.trading.market import Amount, Candle, Price, Symbol, Timeframe


@dataclass(frozen=True, slots=True)
class Holdings(Value):
    """The account as a step sees it: cash in the quote currency, position in the base."""

    as_of: datetime
    cash: Amount
    position: Amount
    entry_price: Price | None = None
    open_orders: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What an earlier step of the same run answered."""

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Candles closed by `holdings.as_of`, oldest first, at least one; account; earlier answers."""

    symbol: Symbol
    timeframe: Timeframe
    candles: tuple[Candle, ...]
    holdings: Holdings
    answers: tuple[Answer, ...] = ()

    @property
    def cash(self) -> Decimal:
        """Free money in the quote currency."""
        return self.holdings.cash

    @property
    def position(self) -> Decimal:
        """What the flow holds of the base currency."""
        return self.holdings.position

    @property
    def last(self) -> Candle:
        """The newest candle."""
        return self.candles[-1]

    def facts(self) -> dict[str, Decimal]:
        """The numbers that evidence may cite, by name."""
        last = self.candles[-1]
        known = {
            "open": last.open,
            "high": last.high,
            "low": last.low,
            "close": last.close,
            "volume": last.volume,
            "cash": self.holdings.cash,
            "position": self.holdings.position,
        }
        if self.holdings.entry_price is not None:
            known["entry_price"] = self.holdings.entry_price
        return known

    def digest(self) -> str:
        """SHA-256 over everything in the snapshot, in one fixed text form."""
        held = self.holdings
        # Stored with the step, they may come back with fewer zeros after the point.
        figures = (held.cash, held.position, held.entry_price or ZERO, Decimal(held.open_orders))
        parts = [f"{self.symbol}|{self.timeframe.value}|{held.as_of.timestamp()}"]
        parts.append("|".join(map(canonical, figures)))
        parts += [
            f"{bar.opened_at.timestamp()!s},{bar.open!s},{bar.high!s},{bar.low!s},"
            f"{bar.close!s},{bar.volume!s}"
            for bar in self.candles
        ]
        parts += [f"{answer.step}:{answer.text}" for answer in self.answers]
        return sha256("\n".join(parts).encode()).hexdigest()
