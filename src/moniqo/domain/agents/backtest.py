"""Backtests: a flow replayed over past candles."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import BacktestId, FlowId, UserId
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.trading.market import Amount, Price, Rate
from moniqo.domain.trading.metrics import Performance


class BacktestStatus(StrEnum):
    """Where a backtest stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNFINISHED = (BacktestStatus.QUEUED, BacktestStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class EquityPoint(Value):
    """What the account was worth at the close of a UTC day."""

    at: datetime
    equity: Decimal


@dataclass(frozen=True, slots=True)
class BacktestTrade(Value):
    """A position of the replay; bars count from 0. Open ones have no exit."""

    symbol: str
    side: str
    quantity: Price
    entry_bar: int
    entry_price: Price
    entered_at: datetime
    exit_bar: int | None
    exit_price: Price | None
    exited_at: datetime | None
    fees: Amount
    profit_loss: Decimal | None


@dataclass(frozen=True, slots=True)
class Metrics(Performance):
    """The outcome in figures; ratios are None where undefined."""

    bars: int
    closed_trades: int
    final_equity: Decimal
    fees: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest(Entity):
    """A replay of the candles opened in [`from`, `to`), on a store of its own.

    `fee_rate` and `slippage` are rates. A position open at the end is left open and told as
    `open_trade`, apart from the closed `trades`.
    """

    id: BacktestId
    flow_id: FlowId
    user_id: UserId
    from_: datetime
    to: datetime
    starting_balance: Price
    fee_rate: Rate
    slippage: Rate
    status: BacktestStatus = BacktestStatus.QUEUED
    progress: Annotated[int, Range(least=0, most=100)] = 0
    metrics: Metrics | None = None
    equity_curve: tuple[EquityPoint, ...] = field(default=())
    trades: tuple[BacktestTrade, ...] = field(default=())
    open_trade: BacktestTrade | None = None
    lease_until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: Annotated[str, Length(1, 1000)] | None = None

    def check(self) -> None:
        """The range is not empty."""
        if self.from_ >= self.to:
            raise Invalid.field("to", "must be after from")

    def begun(self, now: datetime, lease: timedelta) -> Self:
        """Running from its first bar, held for `lease`.

        Raises `RuleViolated` once it has ended, and while somebody holds it.
        """
        if self.status not in UNFINISHED:
            raise RuleViolated(f"The backtest has {self.status} already.")
        if self.lease_until is not None and self.lease_until > now:
            raise RuleViolated("The backtest is being executed already.")
        return self.with_(
            status=BacktestStatus.RUNNING, started_at=now, progress=0, lease_until=now + lease
        )

    def advanced(self, progress: int, until: datetime) -> Self:
        """So many hundredths done, held until then."""
        return self.with_(progress=progress, lease_until=until)

    def failed(self, error: str, now: datetime) -> Self:
        """Ended without a result."""
        return self.with_(
            status=BacktestStatus.FAILED,
            error=error[:1000] or "failed",
            finished_at=now,
            lease_until=None,
        )
