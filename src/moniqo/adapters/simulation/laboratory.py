"""Simulations out of the live use cases and in-memory adapters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moniqo.adapters.exchange.paper import PaperExchange
from moniqo.adapters.market_data.recorded import RecordedMarketData
from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.quotas import Unlimited
from moniqo.adapters.simulation.system import CountedIds, SimulatedClock
from moniqo.application.agents.ask import Ask
from moniqo.application.agents.begin_step import BeginStep
from moniqo.application.agents.execute_flow_step import ExecuteFlowStep
from moniqo.application.agents.intend import Intend
from moniqo.application.agents.laboratory import Simulation, World
from moniqo.application.agents.ports import LanguageModel, PromptRenderer
from moniqo.application.agents.step_outcome import StepOutcome
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.trading.apply_report import ApplyReport
from moniqo.application.trading.make_way import MakeWay
from moniqo.application.trading.ports import MarketData
from moniqo.application.trading.send_order import SendOrder
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.trading.wallet import UserWallet, Wallet


@dataclass(frozen=True, slots=True)
class MemoryLaboratory:
    """See `Laboratory`: an unaudited memory store and the paper exchange for every world."""

    registry: Registry
    renderer: PromptRenderer
    model: LanguageModel

    async def simulate(self, world: World) -> Simulation:
        """See `Laboratory`."""
        clock, ids = SimulatedClock(), CountedIds()
        backend = MemoryBackend(self.registry, references=False)
        uow = RecordedUnitOfWork(backend, self.registry, clock, ids, audited=False)
        await _populate(uow, world)
        market = RecordedMarketData(world.candles, world.instrument, clock)
        return self.wire(uow, clock, ids, market)

    def wire(
        self, uow: UnitOfWork, clock: SimulatedClock, ids: Ids, market: MarketData
    ) -> Simulation:
        """The live use cases over these ports, unmetered."""
        exchange, apply_report = PaperExchange(market), ApplyReport(uow, ids, Unlimited())
        make_way = MakeWay(uow, exchange, apply_report)
        send_order = SendOrder(uow, exchange, apply_report, make_way)
        return Simulation(
            uow=uow,
            ids=ids,
            execute=self._execute(uow, clock, ids, market, send_order),
            settle_orders=SettleOrders(uow, send_order),
            at=clock.set,
        )

    def _execute(
        self, uow: UnitOfWork, clock: Clock, ids: Ids, market: MarketData, send_order: SendOrder
    ) -> ExecuteFlowStep:
        quotas = Unlimited()
        outcome = StepOutcome(uow, clock, quotas)
        return ExecuteFlowStep(
            uow=uow,
            clock=clock,
            begin=BeginStep(uow, clock, market, self.renderer, self.model, quotas),
            ask=Ask(self.model),
            intend=Intend(uow, ids, market, quotas, outcome),
            send_order=send_order,
            outcome=outcome,
        )


async def _populate(uow: UnitOfWork, world: World) -> None:
    contents: tuple[tuple[type[Any], Sequence[Any]], ...] = (
        (Wallet, [world.wallet]),
        (UserWallet, [world.account]),
        (Agent, world.agents),
        (Prompt, world.prompts),
        (Flow, [world.flow]),
    )
    async with uow() as tx:
        for entity, rows in contents:
            await tx[entity].add_many(rows)
