"""Replaying a flow bar by bar: settle what waits, then run the flow on the bar's close."""

import asyncio
from bisect import bisect_right
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from moniqo.application.agents.laboratory import Simulation, World
from moniqo.application.shared.query import Listing, eq, lt
from moniqo.domain.agents.backtest import BacktestTrade, EquityPoint
from moniqo.domain.agents.run import FlowRun, RunStatus, Trigger, new_run
from moniqo.domain.shared.decimals import exact
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import FlowRunId
from moniqo.domain.trading.market import Candle
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet

LEASE = timedelta(days=1)
BREATH = 2
"""Bars after which other work of the process gets its turn: a request has several to wait for."""
STRIDE = 25
"""Bars after which progress is told and finished runs are forgotten."""
MOST_TRADES = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a replay; trades in the order of their entries, the last may be open."""

    equity: tuple[EquityPoint, ...]
    trades: tuple[BacktestTrade, ...]
    account: UserWallet


OnBar = Callable[[int], None]
"""Told how many bars are done, now and then and at the end."""
Progress = Callable[[int], Awaitable[None]]


async def replay(world: World, simulation: Simulation, progress: Progress) -> Outcome:
    """Run the whole world; `progress` is told how many bars are done.

    The equity of a UTC day is that of its last bar's close. Raises `RuleViolated` if a run
    fails: a replay with holes in it would say nothing.
    """
    equity: list[EquityPoint] = []
    for index, bar in enumerate(world.candles):
        simulation.at(bar.closed_at)
        await simulation.settle_orders(user_wallet_id=world.account.id)
        await _run(world, simulation, bar)
        if _ends_day(world, index):
            equity.append(await _mark(world, simulation, bar))
        if index % STRIDE == 0:
            await progress(index + 1)
            await _forget_runs(simulation, bar)
        if index % BREATH == 0:
            await asyncio.sleep(0)
    await progress(len(world.candles))
    async with simulation.uow() as tx:
        listing = Listing(sort=("executed_at",), limit=MOST_TRADES)
        trades = (await tx[Trade].page(listing)).items
        account = await tx[UserWallet].get(world.account.id)
    bars = [bar.opened_at for bar in world.candles]
    return Outcome(tuple(equity), tuple(_told(trade, bars) for trade in trades), account)


async def _run(world: World, simulation: Simulation, bar: Candle) -> None:
    run = await played(world, simulation, bar.closed_at)
    if run.status is not RunStatus.SUCCEEDED:
        at = f"{bar.closed_at:%Y-%m-%d %H:%M}"
        raise RuleViolated(f"The run at {at} UTC failed: {run.error}")


async def played(world: World, simulation: Simulation, now: datetime) -> FlowRun:
    """A run at `now` as it ended; nobody else could take it, so it is held from the start."""
    run = new_run(world.flow, FlowRunId(simulation.ids.new()), Trigger.MANUAL, now)
    async with simulation.uow() as tx:
        run = await tx[FlowRun].add(run.claimed("replay", now, LEASE))
    while not run.is_final:
        run = await simulation.execute(run_id=run.id, fence=run.fence)
    return run


def _ends_day(world: World, index: int) -> bool:
    following = index + 1
    if following == len(world.candles):
        return True
    return world.candles[following].opened_at.date() != world.candles[index].opened_at.date()


async def _mark(world: World, simulation: Simulation, bar: Candle) -> EquityPoint:
    async with simulation.uow() as tx:
        account = await tx[UserWallet].get(world.account.id)
    return EquityPoint(bar.opened_at, _worth(world, account, bar.close))


@exact
def _worth(world: World, account: UserWallet, price: Decimal) -> Decimal:
    instrument = world.instrument
    held = account.balance(instrument.base).total
    return account.balance(instrument.quote).total + held * price


async def _forget_runs(simulation: Simulation, bar: Candle) -> None:
    async with simulation.uow() as tx:
        await tx[FlowRun].purge(eq("status", RunStatus.SUCCEEDED), lt("as_of", bar.closed_at))


def _told(trade: Trade, bars: list[datetime]) -> BacktestTrade:
    return BacktestTrade(
        symbol=trade.symbol,
        side=trade.side.value,
        quantity=trade.quantity,
        entry_bar=bisect_right(bars, trade.executed_at) - 1,
        entry_price=trade.entry_price,
        entered_at=trade.executed_at,
        exit_bar=bisect_right(bars, trade.closed_at) - 1 if trade.closed_at else None,
        exit_price=trade.exit_price,
        exited_at=trade.closed_at,
        fees=trade.fees,
        profit_loss=trade.profit_loss,
    )
