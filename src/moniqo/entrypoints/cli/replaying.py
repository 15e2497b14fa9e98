"""Backtests from the command line: which bars, and what came of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from dishka import AsyncContainer

from moniqo.application.agents.replay import OnBar
from moniqo.application.agents.run_backtest import RunBacktest
from moniqo.application.agents.start_backtest import BacktestRequest, StartBacktest
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Condition, eq, gte, lt
from moniqo.domain.agents.backtest import UNFINISHED, Backtest, BacktestStatus
from moniqo.domain.agents.flow import Flow
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.trading.market import Candle
from moniqo.domain.trading.wallet import UserWallet, Wallet
from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.outcome import show
from moniqo.entrypoints.cli.plain import plain

E = TypeVar("E", bound=Entity)
LOOKED_EVERY = 0.2
"""Seconds between looks whether somebody else has done it."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Stored candles opened in [`start`, `end`)."""

    start: datetime
    end: datetime
    count: int


async def flow_and_bars(
    container: AsyncContainer, flow_id: UUID, start: datetime | None, end: datetime | None
) -> tuple[Flow, Bars]:
    """The flow and the stored candles that it is about, within the bounds that are given."""
    uow = await container.get(UnitOfWork)
    async with uow() as tx:
        flow = await tx[Flow].get(flow_id)
        account = await tx[UserWallet].get(flow.user_wallet_id, include_deleted=True)
        wallet = await tx[Wallet].get(account.wallet_id, include_deleted=True)
        where = [
            eq("exchange", wallet.market),
            eq("symbol", flow.symbol),
            eq("timeframe", flow.timeframe),
        ]
        where += [gte("opened_at", start)] if start else []
        where += [lt("opened_at", end)] if end else []
        return flow, await _bars(tx, flow, tuple(where))


async def _bars(tx: Transaction, flow: Flow, where: tuple[Condition, ...]) -> Bars:
    first = await tx[Candle].first(*where, sort=("opened_at",))
    last = await tx[Candle].first(*where, sort=("-opened_at",))
    if first is None or last is None:
        raise RuleViolated(f"No {flow.timeframe} candles of {flow.symbol} are stored for then.")
    count = await tx[Candle].count(*where)
    return Bars(first.opened_at, last.opened_at + timedelta(milliseconds=1), count)


async def outcome_of(container: AsyncContainer, flow: Flow, request: BacktestRequest) -> Backtest:
    """Start the backtest, run it here, and wait for its end if somebody else was first."""
    start = await container.get(StartBacktest)
    queued = await start(user_id=flow.user_id, flow_id=flow.id, request=request)
    run = await container.get(RunBacktest)
    await run(backtest_id=queued.id, on_bar=await container.get(OnBar))
    uow: UnitOfWork = await container.get(UnitOfWork)
    return await ended(uow, Backtest, queued.id, lambda it: it.status not in UNFINISHED)


async def ended(
    uow: UnitOfWork, kind: type[E], entity_id: UUID, is_final: Callable[[E], bool]
) -> E:
    """The entity once it is final."""
    while True:
        async with uow() as tx:
            found = await tx[kind].get(entity_id)
        if is_final(found):
            return found
        await asyncio.sleep(LOOKED_EVERY)


def told(ended: Backtest) -> Answer:
    """The backtest for programs and for humans."""
    data = plain(ended)
    if ended.status is not BacktestStatus.SUCCEEDED:
        return Answer(data, f"The backtest failed: {ended.error}", Exit.UNSUCCESSFUL)
    return Answer(data, lambda: show(ended))
