"""Bars per second of a flow over past candles, through the use cases that run live.

`python benchmarks/replay.py [BARS]`: a moving-average cross over a random walk of hourly
candles, once as a backtest runs (on memory, without audit rows), and once as a live flow runs
(on SQLite in a file, with audit rows and outbox). Each figure is the median of three rounds.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

from moniqo.adapters.llm.builtin import BuiltinModel
from moniqo.adapters.market_data.recorded import RecordedMarketData
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.sql import open_sql
from moniqo.adapters.simulation.laboratory import MemoryLaboratory
from moniqo.adapters.simulation.system import CountedIds, SimulatedClock
from moniqo.adapters.templates.minijinja_renderer import MinijinjaRenderer
from moniqo.application.agents.laboratory import Simulation, World
from moniqo.application.agents.replay import replay
from moniqo.application.agents.run_flow import RunFlow
from moniqo.domain.agents.flow import FlowStatus, FlowStep
from moniqo.domain.agents.run import FlowRun, Trigger, new_run
from moniqo.domain.shared.ids import CandleId, FlowRunId, InstrumentId
from moniqo.domain.trading.market import Candle, Instrument, Timeframe
from moniqo.domain.trading.wallet import Balance

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.factories import a_catalogue_wallet, a_flow, a_prompt, a_wallet, an_agent
from support.factories import registered_user as a_user

ROUNDS = 3
LIVE_SHARE = 10
"""On SQLite one bar of so many is enough."""
START = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A store with its own time and identities."""

    backend: Backend
    clock: SimulatedClock
    ids: CountedIds

    @property
    def uow(self) -> RecordedUnitOfWork:
        """With audit rows."""
        return RecordedUnitOfWork(self.backend, REGISTRY, self.clock, self.ids)


def walk(count: int) -> list[Candle]:
    """Hourly candles of a random walk, the same at every run."""
    chance = random.Random(7)
    ids, close, found = CountedIds(), 50_000, []
    for bar in range(count):
        opened, close = close, max(1_000, close + chance.randint(-300, 300))
        found.append(
            Candle(
                id=CandleId(ids.new()),
                exchange="binance",
                symbol="BTC/USDT",
                timeframe=Timeframe.H1,
                opened_at=START + timedelta(hours=bar),
                open=Decimal(opened),
                high=Decimal(max(opened, close) + 20),
                low=Decimal(min(opened, close) - 20),
                close=Decimal(close),
                volume=Decimal(100),
            )
        )
    return found


async def a_world(place: Place, candles: Sequence[Candle]) -> World:
    """A user with a flow and 10,000 USDT, stored in `place`."""
    user = await a_user(place)
    wallet = await a_catalogue_wallet(place)
    balances = {"USDT": Balance(free=Decimal(10_000))}
    account = await a_wallet(place, user.id, wallet_id=wallet.id, balances=balances)
    agent, prompt = await an_agent(place, user.id), await a_prompt(place, user.id)
    instrument = Instrument(
        id=InstrumentId(place.ids.new()),
        exchange="binance",
        symbol="BTC/USDT",
        base="BTC",
        quote="USDT",
        tick_size=Decimal("0.01"),
        lot_size=Decimal("0.000001"),
    )
    flow = await a_flow(
        place,
        user.id,
        steps=(FlowStep(0, prompt.id, agent.id),),
        user_wallet_id=account.id,
        status=FlowStatus.ACTIVE,
    )
    return World(flow, (agent,), (prompt,), account, wallet, instrument, candles)


def laboratory() -> MemoryLaboratory:
    """What wires the live use cases together."""
    return MemoryLaboratory(REGISTRY, MinijinjaRenderer(), BuiltinModel())


async def unwatched(_: int) -> None:
    """Nobody asks how far it has come."""


async def on_memory(candles: Sequence[Candle]) -> float:
    """Bars per second of a backtest's replay."""
    scratch = Place(MemoryBackend(REGISTRY), SimulatedClock(), CountedIds())
    world = await a_world(scratch, candles)
    simulation = await laboratory().simulate(world)
    began = time.perf_counter()
    await replay(world, simulation, unwatched)
    return len(candles) / (time.perf_counter() - began)


async def on_sqlite(candles: Sequence[Candle]) -> float:
    """Bars per second of runs one after another in a file."""
    with tempfile.TemporaryDirectory() as folder:
        backend = open_sql(f"sqlite:///{folder}/bench.sqlite3", REGISTRY)
        await backend.migrate()
        place = Place(backend, SimulatedClock(), CountedIds())
        world = await a_world(place, candles)
        market = RecordedMarketData(candles, world.instrument, place.clock)
        simulation = laboratory().wire(place.uow, place.clock, place.ids, market)
        lease = timedelta(minutes=1)
        run_flow = RunFlow(place.uow, place.clock, simulation.execute, "benchmark", lease)
        began = time.perf_counter()
        await live(world, simulation, run_flow)
        elapsed = time.perf_counter() - began
        await backend.close()
    return len(candles) / elapsed


async def live(world: World, simulation: Simulation, run_flow: RunFlow) -> None:
    """Settle what waits, then run the flow, on every bar's close."""
    for bar in world.candles:
        simulation.at(bar.closed_at)
        await simulation.settle_orders(user_wallet_id=world.account.id)
        run_id = FlowRunId(simulation.ids.new())
        async with simulation.uow() as tx:
            await tx[FlowRun].add(new_run(world.flow, run_id, Trigger.MANUAL, bar.closed_at))
        await run_flow(run_id=run_id)


def main() -> None:
    """Measure and print a table."""
    bars = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000
    candles = walk(bars)
    few = candles[: max(1, bars // LIVE_SHARE)]
    print(f"{'store':<10}{'bars':>8}{'bars/s':>10}")
    memory = median(asyncio.run(on_memory(candles)) for _ in range(ROUNDS))
    print(f"{'memory':<10}{len(candles):>8}{memory:>10.0f}")
    sqlite = median(asyncio.run(on_sqlite(few)) for _ in range(ROUNDS))
    print(f"{'sqlite':<10}{len(few):>8}{sqlite:>10.0f}")


if __name__ == "__main__":
    main()
