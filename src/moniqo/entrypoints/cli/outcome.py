"""What came of a backtest, drawn on the terminal."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Console
from rich.text import Text

from moniqo.domain.agents.backtest import Backtest, BacktestTrade, EquityPoint, Metrics
from moniqo.domain.shared.decimals import canonical
from moniqo.entrypoints.cli.chart import braille
from moniqo.entrypoints.cli.tables import console, table

MOST_TRADES = 12
"""Trades that are shown; of more, the first and the last ones."""
CHART_WIDTH, CHART_HEIGHT = 72, 12
COLUMNS = ("bar", "bought at", "bar", "sold at", "quantity", "fees", "profit or loss")


def show(backtest: Backtest) -> None:
    """Trades, the equity curve, and the figures."""
    to = console()
    trades = [*backtest.trades, *([backtest.open_trade] if backtest.open_trade else [])]
    table(COLUMNS, _trade_rows(trades), title=_title(backtest))
    to.print()
    for line in _chart(backtest.equity_curve):
        to.print(Text(line))
    if backtest.metrics is not None:
        to.print()
        _figures(to, backtest, backtest.metrics)


def _title(backtest: Backtest) -> str:
    left = " and one still open" if backtest.open_trade else ""
    return f"{len(backtest.trades)} closed trades{left}"


def _trade_rows(trades: Sequence[BacktestTrade]) -> Iterator[tuple[str, ...]]:
    half = MOST_TRADES // 2
    if len(trades) <= MOST_TRADES:
        yield from map(_trade_row, trades)
        return
    yield from map(_trade_row, trades[:half])
    yield ("…",) * len(COLUMNS)
    yield from map(_trade_row, trades[-half:])


def _trade_row(trade: BacktestTrade) -> tuple[str, ...]:
    return (
        str(trade.entry_bar),
        canonical(trade.entry_price),
        "" if trade.exit_bar is None else str(trade.exit_bar),
        _amount(trade.exit_price, "open"),
        canonical(trade.quantity),
        canonical(trade.fees),
        _amount(trade.profit_loss, "not yet"),
    )


def _chart(points: Sequence[EquityPoint]) -> Iterator[str]:
    values = [float(point.equity) for point in points]
    lines = braille(values, width=CHART_WIDTH, height=CHART_HEIGHT)
    marks = {0: f"{max(values):,.2f}", len(lines) - 1: f"{min(values):,.2f}"} if values else {}
    for number, line in enumerate(lines):
        yield f"{marks.get(number, ''):>16} │{line}"
    if points:
        first, last = (f"{point.at:%Y-%m-%d}" for point in (points[0], points[-1]))
        yield f"{'equity at close':>16} └{first}{last:>{CHART_WIDTH - len(first)}}"


def _figures(to: Console, backtest: Backtest, metrics: Metrics) -> None:
    figures = (
        ("bars", str(metrics.bars)),
        ("starting balance", canonical(backtest.starting_balance)),
        ("final equity", canonical(metrics.final_equity)),
        ("fees", canonical(metrics.fees)),
        ("total return", _rate(metrics.total_return)),
        ("win rate", _rate(metrics.win_rate)),
        ("profit factor", _ratio(metrics.profit_factor)),
        ("Sharpe", _ratio(metrics.sharpe)),
        ("Sortino", _ratio(metrics.sortino)),
        ("maximum drawdown", _rate(metrics.max_drawdown)),
    )
    for name, value in figures:
        to.print(Text(f"{name:>16}  {value}"))


def _amount(value: Decimal | None, absent: str) -> str:
    return absent if value is None else canonical(value)


def _rate(value: Decimal | float | None) -> str:
    return "undefined" if value is None else f"{value:.2%}"


def _ratio(value: Decimal | float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"
