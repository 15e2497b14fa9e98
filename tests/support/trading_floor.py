"""A flow on a paper account, with an agent that answers from a script and a venue that can fail."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from moniqo.adapters.exchange.paper import PaperExchange
from moniqo.adapters.market_data.recorded import RecordedMarketData
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.queue.stored import StoredTasks
from moniqo.adapters.quotas import Unlimited
from moniqo.adapters.simulation.system import CountedIds, SimulatedClock
from moniqo.adapters.system import SystemClock
from moniqo.adapters.templates.minijinja_renderer import MinijinjaRenderer
from moniqo.application.agents.ask import Ask
from moniqo.application.agents.begin_step import BeginStep
from moniqo.application.agents.execute_flow_step import ExecuteFlowStep
from moniqo.application.agents.intend import Intend
from moniqo.application.agents.ports import ModelAnswer, Question
from moniqo.application.agents.run_flow import RunFlow
from moniqo.application.agents.step_outcome import StepOutcome
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing
from moniqo.application.shared.tasks import Wanted
from moniqo.application.trading.apply_report import ApplyReport
from moniqo.application.trading.close_trade import CloseTrade
from moniqo.application.trading.make_way import MakeWay
from moniqo.application.trading.ports import Exchange, OrderReport, OutcomeUnknown, Venue
from moniqo.application.trading.send_order import SendOrder
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.domain.agents.agent import Agent, Provider
from moniqo.domain.agents.flow import Flow, FlowStatus, FlowStep
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.risk import Risk
from moniqo.domain.agents.run import FlowRun, Trigger, new_run
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import (
    AgentId,
    CandleId,
    FlowId,
    FlowRunId,
    InstrumentId,
    PromptId,
    UserId,
    UserWalletId,
    WalletId,
)
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Candle, Instrument, Timeframe
from moniqo.domain.trading.order import Order
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import Balance, UserWallet, Wallet, WalletType

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SYMBOL = "BTC/USDT"
IDS = CountedIds()


def bars(*rows: tuple[object, object, object, object]) -> list[Candle]:
    """Hourly bars from START, each (open, high, low, close)."""
    return [
        Candle(
            id=CandleId(IDS.new()),
            exchange="binance",
            symbol=SYMBOL,
            timeframe=Timeframe.H1,
            opened_at=START + index * HOUR,
            open=Decimal(str(row[0])),
            high=Decimal(str(row[1])),
            low=Decimal(str(row[2])),
            close=Decimal(str(row[3])),
            volume=Decimal(10),
        )
        for index, row in enumerate(rows)
    ]


def flat_bars(count: int, price: object = 100) -> list[Candle]:
    """Bars that do not move."""
    return bars(*[(price, price, price, price)] * count)


def answer(action: str, **fields: object) -> str:
    """A decision as an agent words it."""
    return json.dumps({"action": action, "symbol": SYMBOL, **fields})


@dataclass
class ScriptedModel:
    """Answers in the order of the script; an exception in it is raised."""

    script: list[str | Exception] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    cost: Decimal = Decimal(0)

    def worst_cost(self, _: Question) -> Decimal:
        return self.cost

    async def answer(self, question: Question) -> ModelAnswer:
        self.asked.append(question)
        line = self.script.pop(0)
        if isinstance(line, Exception):
            raise line
        return ModelAnswer(line, self.cost)


@dataclass
class MoodyExchange:
    """The paper exchange behind a line that can be cut before or after it acts."""

    venue: Exchange
    cut_before: int = 0
    cut_after: int = 0
    cut_cancel: int = 0
    down: bool = False
    calls: list[str] = field(default_factory=list)
    received: dict[str, Order] = field(default_factory=dict)

    async def submit(self, order: Order, venue: Venue) -> OrderReport:
        self._line("submit")
        if self.cut_before:
            self.cut_before -= 1
            raise OutcomeUnknown
        self.received[order.client_order_id] = order
        if self.cut_after:
            self.cut_after -= 1
            raise OutcomeUnknown
        return await self.venue.submit(order, venue)

    async def lookup(self, order: Order, venue: Venue) -> OrderReport | None:
        self._line("lookup")
        known = order.client_order_id in self.received
        await asyncio.sleep(0)
        if not known:
            return None
        return await self.venue.lookup(order, venue)

    async def cancel(self, order: Order, venue: Venue) -> OrderReport:
        self._line("cancel")
        await asyncio.sleep(0)
        if self.cut_cancel:
            self.cut_cancel -= 1
            raise OutcomeUnknown
        return await self.venue.cancel(order, venue)

    def _line(self, call: str) -> None:
        self.calls.append(call)
        if self.down:
            raise Unavailable("The venue cannot be reached.")


@dataclass
class NotedQueue:
    """Notes what is wanted of it, and keeps it."""

    wanted: list[Wanted] = field(default_factory=list)

    async def add(self, tx: Transaction, wanted: Wanted) -> Task:
        self.wanted.append(wanted)
        return await StoredTasks(SystemClock(), IDS, {}).add(tx, wanted)


class TradingFloor:
    """Everything that a run needs, on memory; `at(n)` is the close of bar n - 1."""

    def __init__(
        self,
        candles: Sequence[Candle],
        *script: str | Exception,
        cash: str = "10000",
        steps: int = 1,
        risk: Risk | None = None,
        quotas: Quotas | None = None,
        template: str = "What about {{ symbol }}?",
        config: dict[str, object] | None = None,
    ) -> None:
        self.clock, self.ids = SimulatedClock(), IDS
        backend = MemoryBackend(REGISTRY, references=False)
        self.uow = RecordedUnitOfWork(backend, REGISTRY, self.clock, self.ids)
        self.instrument = Instrument(
            id=InstrumentId(self.ids.new()),
            exchange="binance",
            symbol=SYMBOL,
            base="BTC",
            quote="USDT",
            tick_size=Decimal("0.01"),
            lot_size=Decimal("0.000001"),
        )
        self.market = RecordedMarketData(candles, self.instrument, self.clock)
        self.model = ScriptedModel(list(script))
        self.exchange = MoodyExchange(PaperExchange(self.market))
        self.quotas = quotas or Unlimited()
        self.queue = NotedQueue()
        self._entities(cash, steps, risk or Risk(), template, config or {"market": "binance"})
        self._wire()

    def _entities(
        self, cash: str, steps: int, risk: Risk, template: str, config: dict[str, object]
    ) -> None:
        self.user_id = UserId(self.ids.new())
        self.wallet = Wallet(
            id=WalletId(self.ids.new()),
            name="Paper",
            type=WalletType.CEX,
            provider="paper",
            config=JsonObject(config),
        )
        self.account = UserWallet(
            id=UserWalletId(self.ids.new()),
            user_id=self.user_id,
            wallet_id=self.wallet.id,
            label="mine",
            balances={"USDT": Balance(Decimal(cash))},
        )
        self.agent = Agent(
            id=AgentId(self.ids.new()),
            owner_id=self.user_id,
            name="scripted",
            provider=Provider.OPENAI,
            model_id="script",
        )
        self.prompt = Prompt(
            id=PromptId(self.ids.new()), owner_id=self.user_id, title="ask", prompt=template
        )
        self.flow = Flow(
            id=FlowId(self.ids.new()),
            user_id=self.user_id,
            title="flow",
            steps=tuple(FlowStep(n, self.prompt.id, self.agent.id) for n in range(steps)),
            user_wallet_id=self.account.id,
            symbol=SYMBOL,
            timeframe=Timeframe.H1,
            risk=risk,
            status=FlowStatus.ACTIVE,
        )

    def _wire(self) -> None:
        apply_report = ApplyReport(self.uow, self.ids, self.quotas)
        make_way = MakeWay(self.uow, self.exchange, apply_report)
        send = SendOrder(self.uow, self.exchange, apply_report, make_way)
        outcome = StepOutcome(self.uow, self.clock, self.quotas)
        renderer = MinijinjaRenderer()
        self.send_order = send
        self.execute = ExecuteFlowStep(
            uow=self.uow,
            clock=self.clock,
            begin=BeginStep(self.uow, self.clock, self.market, renderer, self.model, self.quotas),
            ask=Ask(self.model),
            intend=Intend(self.uow, self.ids, self.market, self.quotas, outcome),
            send_order=send,
            outcome=outcome,
        )
        self.run_flow = RunFlow(self.uow, self.clock, self.execute, "floor", timedelta(minutes=1))
        self.settle = SettleOrders(self.uow, send)
        self.close_trade = CloseTrade(self.uow, self.clock, self.ids, send)

    def bare(self) -> None:
        """Trade at the paper exchange itself, which knows every order that it is asked about."""
        self.exchange = self.exchange.venue  # type: ignore[assignment]
        self._wire()

    async def open(self) -> "TradingFloor":
        """Store everything; answers the floor itself."""
        async with self.uow() as tx:
            for entity in (self.wallet, self.account, self.agent, self.prompt, self.flow):
                await tx[type(entity)].add(entity)
        return self

    def at(self, bar: int) -> None:
        self.clock.set(START + bar * HOUR)

    async def queued(self, as_of: datetime | None = None) -> FlowRun:
        """A new queued run."""
        run = new_run(self.flow, FlowRunId(self.ids.new()), Trigger.MANUAL, as_of)
        async with self.uow() as tx:
            return await tx[FlowRun].add(run)

    async def run(self, bar: int, *script: str | Exception) -> FlowRun:
        """Execute one run at the close of bar `bar - 1`."""
        self.at(bar)
        self.model.script += script
        queued = await self.queued()
        ended = await self.run_flow(run_id=queued.id)
        assert ended is not None
        return ended

    async def all(self, entity: type[Any]) -> list[Any]:
        """Every row, in the order of creation."""
        async with self.uow() as tx:
            return list((await tx[entity].page(Listing(limit=5000))).items)

    async def money(self) -> dict[str, tuple[Decimal, Decimal]]:
        """{currency: (free, locked)}."""
        (account,) = await self.all(UserWallet)
        return {name: (held.free, held.locked) for name, held in account.balances.items()}

    async def trades(self) -> list[Trade]:
        return await self.all(Trade)

    async def orders(self) -> list[Order]:
        return await self.all(Order)
