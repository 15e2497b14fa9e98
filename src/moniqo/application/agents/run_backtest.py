"""Executing a backtest."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from moniqo.application.agents.laboratory import Laboratory, World
from moniqo.application.agents.replay import OnBar, Outcome, Progress, replay
from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.application.shared.views import view
from moniqo.application.trading.ports import MarketData
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.backtest import Backtest, BacktestStatus, Metrics
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import BEGUN_TOO_OFTEN
from moniqo.domain.shared.errors import AppError, RuleViolated, StaleVersion, Unavailable
from moniqo.domain.shared.ids import BacktestId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Candle, Instrument, Series
from moniqo.domain.trading.metrics import performance
from moniqo.domain.trading.wallet import Balance, UserWallet, Wallet

STEP = 5
"""Progress is stored whenever it has grown by so many hundredths."""


def _ignore(_: int) -> None:
    """For callers that do not watch."""


@dataclass(frozen=True, slots=True)
class RunBacktest:
    """Replay the flow of a backtest over stored candles and keep what came of it.

    The same use cases run as live, on a store of their own in memory: nothing of the user's
    is touched, no quota is used, and the same input gives the same result.
    """

    uow: UnitOfWork
    clock: Clock
    market: MarketData
    laboratory: Laboratory
    lease: timedelta

    async def __call__(
        self, *, backtest_id: BacktestId, on_bar: OnBar = _ignore
    ) -> Backtest | None:
        """The backtest as it ended; None if it is over, or somebody else is at it.

        `on_bar` is told how many bars are done. Raises `Unavailable` if the store goes away.
        """
        try:
            held = _Held(self, await self._claim(backtest_id), on_bar)
        except (RuleViolated, StaleVersion):
            return None
        try:
            world = await self._world(held.backtest)
            simulation = await self.laboratory.simulate(world)
            outcome = await replay(world, simulation, held.progress(len(world.candles)))
            ended = self._succeeded(held.backtest, world, outcome)
        except StaleVersion:
            return None
        except Unavailable:
            # It was not the backtest that failed: it is begun anew once its lease is over.
            raise
        except AppError as problem:
            ended = held.backtest.failed(problem.message, self.clock.now())
        async with self.uow() as tx:
            return await tx[Backtest].save(ended)

    async def give_up(self, *, backtest_id: BacktestId) -> None:
        """End one that whoever executed it never came to the end of, unless somebody is at it."""
        with suppress(RuleViolated, StaleVersion):
            held = await self._claim(backtest_id)
            async with self.uow() as tx:
                await tx[Backtest].save(held.failed(BEGUN_TOO_OFTEN, self.clock.now()))

    async def _claim(self, backtest_id: BacktestId) -> Backtest:
        async with self.uow() as tx:
            backtest = await tx[Backtest].get(backtest_id)
            return await tx[Backtest].save(backtest.begun(self.clock.now(), self.lease))

    async def advance(self, backtest: Backtest, percent: int) -> Backtest:
        """Store how far it is, and hold it for another lease."""
        async with self.uow() as tx:
            until = self.clock.now() + self.lease
            return await tx[Backtest].save(backtest.advanced(percent, until))

    async def _world(self, backtest: Backtest) -> World:
        async with self.uow() as tx:
            flow = await tx[Flow].get(backtest.flow_id, include_deleted=True)
            account = await tx[UserWallet].get(flow.user_wallet_id, include_deleted=True)
            wallet = await tx[Wallet].get(account.wallet_id, include_deleted=True)
            agents = await by_ids(tx, Agent, (item.agent_id for item in flow.steps))
            prompts = await by_ids(tx, Prompt, (item.prompt_id for item in flow.steps))
        series = Series(wallet.market, flow.symbol, flow.timeframe)
        instrument = await self.market.instrument(series.exchange, series.symbol)
        candles = await self._candles(series, backtest)
        quote = Balance(free=backtest.starting_balance)
        return World(
            flow=flow.with_(status=FlowStatus.ACTIVE),
            agents=tuple(agents.values()),
            prompts=tuple(prompts.values()),
            account=account.with_(balances={instrument.quote: quote}, credentials=None),
            wallet=_paper(wallet, backtest.slippage),
            instrument=_with_fee(instrument, backtest.fee_rate),
            candles=candles,
        )

    async def _candles(self, series: Series, backtest: Backtest) -> Sequence[Candle]:
        start, before = backtest.from_, backtest.to
        candles = await self.market.since(series, start=start, before=before)
        if not candles:
            raise RuleViolated(
                f"There are no {series.timeframe} candles of {series.symbol} on {series.exchange} "
                f"between {backtest.from_:%Y-%m-%d %H:%M} and {backtest.to:%Y-%m-%d %H:%M} UTC."
            )
        return candles

    def _succeeded(self, backtest: Backtest, world: World, outcome: Outcome) -> Backtest:
        closed = tuple(trade for trade in outcome.trades if trade.profit_loss is not None)
        left = tuple(trade for trade in outcome.trades if trade.profit_loss is None)
        return backtest.with_(
            status=BacktestStatus.SUCCEEDED,
            progress=100,
            metrics=_metrics(backtest, world, outcome),
            equity_curve=outcome.equity,
            trades=closed,
            open_trade=left[-1] if left else None,
            finished_at=self.clock.now(),
            lease_until=None,
        )


@dataclass(slots=True)
class _Held:
    """A backtest that this executor holds, as last stored."""

    executor: RunBacktest
    backtest: Backtest
    on_bar: OnBar

    def progress(self, bars: int) -> Progress:
        """What the replay tells; every further `STEP` hundredths are stored."""

        async def told(done: int) -> None:
            self.on_bar(done)
            percent = done * 100 // bars
            if percent >= self.backtest.progress + STEP and done < bars:
                self.backtest = await self.executor.advance(self.backtest, percent)

        return told


def _paper(wallet: Wallet, slippage: Decimal) -> Wallet:
    """The venue as the embedded exchange plays it, whatever the real one is."""
    own = wallet.config if wallet.is_paper else {}
    config = {**own, "market": wallet.market, "slippage": str(slippage)}
    return wallet.with_(provider="paper", config=JsonObject(config))


def _with_fee(instrument: Instrument, rate: Decimal) -> Instrument:
    return instrument.with_(maker_fee=rate, taker_fee=rate)


def _metrics(backtest: Backtest, world: World, outcome: Outcome) -> Metrics:
    profits = [trade.profit_loss for trade in outcome.trades if trade.profit_loss is not None]
    figures = performance(backtest.starting_balance, outcome.equity, profits)
    return view(
        Metrics,
        figures,
        bars=len(world.candles),
        closed_trades=len(profits),
        final_equity=outcome.equity[-1].equity,
        fees=sum((trade.fees for trade in outcome.trades), Decimal(0)),
    )
