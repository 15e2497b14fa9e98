"""Backtests as lists show them: without what grows with the days and trades replayed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.application.shared.views import view
from moniqo.domain.agents.backtest import Backtest, BacktestStatus, Metrics
from moniqo.domain.shared.ids import BacktestId, FlowId

HEAVY = ("equity_curve", "trades", "open_trade")
"""What a list can do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestSummary:
    """A backtest less its equity curve and trades, which the backtest itself tells."""

    id: BacktestId
    version: int
    flow_id: FlowId
    from_: datetime
    to: datetime
    starting_balance: Decimal
    fee_rate: Decimal
    slippage: Decimal
    status: BacktestStatus
    progress: int
    metrics: Metrics | None
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    created_at: datetime | None
    updated_at: datetime | None


def backtest_summary(backtest: Backtest) -> BacktestSummary:
    """What a list shows of a backtest."""
    return view(BacktestSummary, backtest)
