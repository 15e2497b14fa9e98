"""What an account did, in figures.

Equity is marked at each UTC day's close, net of fees, every calendar day present; the first
return is against the starting balance. The risk-free rate is 0, a year has 365 days.
Everything is computed in decimals of 120 digits; ratios are None where they are undefined.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from moniqo.domain.shared.decimals import ZERO, exact, storable
from moniqo.domain.shared.entity import Value

DAYS = Decimal(365)


class Mark(Protocol):
    """What an account was worth at an instant of a UTC day."""

    @property
    def at(self) -> datetime:
        """Any instant of that day."""

    @property
    def equity(self) -> Decimal:
        """The worth in the quote currency."""


@dataclass(frozen=True, slots=True)
class Performance(Value):
    """The outcome of trading. Returns, rates and factors are plain ratios; None where undefined."""

    total_return: Decimal
    win_rate: Decimal | None
    profit_factor: Decimal | None
    sharpe: float | None
    sortino: float | None
    max_drawdown: float | None


def performance(
    starting: Decimal, marks: Sequence[Mark], profits: Sequence[Decimal]
) -> Performance:
    """All figures from a positive starting balance, ascending marks, and closed trades' profits."""
    equity = daily_equity(marks)
    returns = daily_returns(starting, equity)
    return Performance(
        total_return=total_return(starting, equity[-1] if equity else starting),
        win_rate=win_rate(profits),
        profit_factor=profit_factor(profits),
        sharpe=None if returns is None else sharpe(returns),
        sortino=None if returns is None else sortino(returns),
        max_drawdown=max_drawdown(starting, equity),
    )


def daily_equity(marks: Iterable[Mark]) -> list[Decimal]:
    """The last mark of each day; a day without one has that of the day before."""
    found: list[Decimal] = []
    last: date | None = None
    for mark in marks:
        day = mark.at.date()
        if day == last:
            found[-1] = mark.equity
            continue
        missing = 0 if last is None else (day - last) // timedelta(days=1) - 1
        found += [*found[-1:] * missing, mark.equity]
        last = day
    return found


@exact
def daily_returns(starting: Decimal, equity: Sequence[Decimal]) -> list[Decimal] | None:
    """Each day's relative change; None if the account was ever worth nothing, or less."""
    values = [starting, *equity]
    if min(values) <= 0:
        return None
    return [after / before - 1 for before, after in pairwise(values)]


@exact
def total_return(starting: Decimal, final: Decimal) -> Decimal:
    """The relative change over the whole time."""
    return storable(final / starting - 1)


@exact
def sharpe(returns: Sequence[Decimal]) -> float | None:
    """Mean over sample deviation, annualised."""
    # Equal returns have no deviation, whatever rounding makes of their mean.
    if not returns or min(returns) == max(returns):
        return None
    mean = sum(returns, ZERO) / len(returns)
    squares = sum(((item - mean) ** 2 for item in returns), ZERO)
    return float(mean / (squares / (len(returns) - 1)).sqrt() * DAYS.sqrt())


@exact
def sortino(returns: Sequence[Decimal]) -> float | None:
    """Mean over the root mean square of the losses, all days counting, annualised."""
    losses = sum((item**2 for item in returns if item < 0), ZERO)
    # One day alone is no series: empyrical leaves it undefined, and so does this.
    if not losses or len(returns) == 1:
        return None
    mean = sum(returns, ZERO) / len(returns)
    return float(mean / (losses / len(returns)).sqrt() * DAYS.sqrt())


@exact
def max_drawdown(starting: Decimal, equity: Sequence[Decimal]) -> float | None:
    """The deepest fall as a fraction of the highest worth before it; None without a day."""
    if not equity:
        return None
    peak, deepest = starting, ZERO
    for value in equity:
        peak = max(peak, value)
        deepest = max(deepest, 1 - value / peak)
    return float(deepest)


@exact
def win_rate(profits: Sequence[Decimal]) -> Decimal | None:
    """The share of trades that made money; None without trades."""
    if not profits:
        return None
    return storable(Decimal(sum(item > 0 for item in profits)) / len(profits))


@exact
def profit_factor(profits: Sequence[Decimal]) -> Decimal | None:
    """All gains over all losses; None without losses."""
    losses = -sum((item for item in profits if item < 0), ZERO)
    if not losses:
        return None
    return storable(sum((item for item in profits if item > 0), ZERO) / losses)
