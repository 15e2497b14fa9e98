"""Performance figures, checked against independent software."""

import csv
import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.trading.metrics import (
    Performance,
    daily_equity,
    daily_returns,
    max_drawdown,
    performance,
    profit_factor,
    sharpe,
    sortino,
    total_return,
    win_rate,
)

START = Decimal(10000)
HOURLY = Path(os.environ.get("MARKET_DATA_DIR", ".")) / "binance-btcusdt-1h.csv"
DAILY = Path(__file__).with_name("bitcoin_daily_closes.csv")
"""The last of each day of the hourly file, which is ninjabot's (MIT, 2021 Rodrigo Brito)."""
changes = st.decimals("-0.2", "0.2", places=4)


@dataclass(frozen=True, slots=True)
class Marked:
    at: datetime
    equity: Decimal


def mark(day: int, equity: int | Decimal, hour: int = 0) -> Marked:
    return Marked(datetime(2026, 1, 1, hour, tzinfo=UTC) + timedelta(days=day), Decimal(equity))


def marks(*equity: int | Decimal) -> list[Marked]:
    return [mark(day, value) for day, value in enumerate(equity)]


def compounded(daily: list[Decimal]) -> list[Decimal]:
    """Worths to the cent, as they follow from daily changes."""
    worth, found = START, []
    for change in daily:
        worth = (worth * (1 + change)).quantize(Decimal("0.01"))
        found.append(worth)
    return found


# Below 100 % a day: beyond that quantstats takes returns for prices.
series = st.lists(changes, min_size=2, max_size=60).map(compounded)


def returns_of(equity: list[Decimal]) -> list[Decimal]:
    found = daily_returns(START, equity)
    assert found is not None
    return found


# Oracles, whose packages take seconds to import


def empyrical() -> Any:
    import empyrical

    return empyrical


def quantstats() -> Any:
    import quantstats.stats

    return quantstats.stats


def dated(values: Iterable[float]) -> pd.Series:
    found = list(values)
    return pd.Series(found, index=pd.date_range("2026-01-01", periods=len(found)))


def close(mine: float | None, theirs: float) -> bool:
    """Equal as far as their floats go; undefined where theirs is no number, or noise."""
    if mine is None:
        return not math.isfinite(theirs) or abs(theirs) > 1e6
    return math.isclose(mine, theirs, rel_tol=1e-7, abs_tol=1e-9)


Oracle = Callable[[np.ndarray], float]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (sharpe, lambda found: empyrical().sharpe_ratio(found, annualization=365)),
        (sharpe, lambda found: quantstats().sharpe(dated(found), periods=365)),
        (sortino, lambda found: empyrical().sortino_ratio(found, annualization=365)),
        (sortino, lambda found: quantstats().sortino(dated(found), periods=365)),
    ],
    ids=["sharpe empyrical", "sharpe quantstats", "sortino empyrical", "sortino quantstats"],
)
def test_ratios_equal_those_of_independent_software(
    mine: Callable[[list[Decimal]], float | None], theirs: Oracle
) -> None:
    @given(series)
    def compare(equity: list[Decimal]) -> None:
        found = returns_of(equity)

        with np.errstate(all="ignore"):
            expected = theirs(np.array([float(item) for item in found]))

        assert close(mine(found), float(expected))

    compare()


@given(series)
def test_the_drawdown_equals_that_of_independent_software(equity: list[Decimal]) -> None:
    found = np.array([float(item) for item in returns_of(equity)])

    mine = max_drawdown(START, equity)

    assert mine is not None
    assert close(mine, -float(empyrical().max_drawdown(found)))
    prices = dated([float(START), *map(float, equity)])
    assert close(mine, -float(quantstats().max_drawdown(prices)))


def test_half_a_year_of_bitcoin_has_the_known_figures() -> None:
    with (HOURLY if HOURLY.is_file() else DAILY).open() as file:
        hours = [
            Marked(
                datetime.fromtimestamp(int(row["timestamp_ms"]) / 1000, UTC), Decimal(row["close"])
            )
            for row in csv.DictReader(file)
        ]

    worth = daily_equity(hours)
    held = performance(worth[0], [mark(day, value) for day, value in enumerate(worth[1:])], [])

    assert len(worth) == 181
    assert held.sharpe == pytest.approx(2.797241406214895, rel=1e-14)
    assert held.sortino == pytest.approx(4.675200764632048, rel=1e-14)
    assert held.max_drawdown == pytest.approx(0.2644437278804561, rel=1e-14)


# The days


def test_a_day_counts_by_its_last_mark() -> None:
    assert daily_equity([mark(0, 1, 9), mark(0, 2, 23), mark(1, 3, 0)]) == [2, 3]


def test_a_day_without_a_mark_is_as_the_day_before() -> None:
    assert daily_equity([mark(0, 1), mark(3, 2), mark(4, 3)]) == [1, 1, 1, 2, 3]


def test_the_first_return_is_against_the_starting_balance() -> None:
    assert daily_returns(Decimal(100), [Decimal(110), Decimal(99)]) == [
        Decimal("0.1"),
        Decimal("-0.1"),
    ]


def test_an_account_that_was_ever_worthless_has_no_returns() -> None:
    ruined = performance(START, marks(100, 0, 100), [])

    assert daily_returns(START, [Decimal(-1)]) is None
    assert (ruined.sharpe, ruined.sortino, ruined.max_drawdown) == (None, None, 1.0)


# What is undefined


def test_without_a_day_there_are_no_ratios() -> None:
    assert performance(START, [], []) == Performance(Decimal(0), None, None, None, None, None)


def test_one_day_says_nothing_about_ratios() -> None:
    lost = returns_of([START - 1])

    assert (sharpe(lost), sortino(lost)) == (None, None)


def test_returns_that_do_not_vary_have_no_sharpe_ratio() -> None:
    third = [START * 4 / 3, START * 16 / 9, START * 64 / 27]

    assert sharpe(returns_of([START])) is None
    assert sharpe([Decimal(1) / 3] * 3) is None
    assert performance(START, marks(*third), []).sharpe is not None


def test_without_a_loss_there_is_no_sortino_ratio_and_no_drawdown() -> None:
    rising = returns_of([START + 1, START + 2])

    assert sortino(rising) is None
    assert max_drawdown(START, [START + 1, START + 2]) == 0.0


def test_the_starting_balance_is_the_first_peak() -> None:
    assert max_drawdown(START, [Decimal(9000), Decimal(9500)]) == 0.1


# Trades


def test_the_total_return_is_the_change_of_the_whole() -> None:
    assert total_return(START, Decimal(17255)) == Decimal("0.7255")
    assert performance(START, marks(12000), []).total_return == Decimal("0.2")


def test_the_win_rate_counts_gains_only() -> None:
    assert win_rate([Decimal(1), Decimal(0), Decimal(-1)]) == Decimal("0.333333333333333333")
    assert win_rate([]) is None


def test_the_profit_factor_is_gains_over_losses() -> None:
    assert profit_factor([Decimal(3), Decimal(-1), Decimal(-1)]) == Decimal("1.5")
    assert profit_factor([Decimal(-1)]) == 0
    assert profit_factor([Decimal(1)]) is None
