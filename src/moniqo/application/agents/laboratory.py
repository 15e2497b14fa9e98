"""The port behind which a flow is replayed by the same use cases that run live."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from moniqo.application.agents.execute_flow_step import ExecuteFlowStep
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.trading.market import Candle, Instrument
from moniqo.domain.trading.wallet import UserWallet, Wallet


@dataclass(frozen=True, slots=True)
class World:
    """What a flow is replayed in: one account at one venue, with one instrument's candles."""

    flow: Flow
    agents: tuple[Agent, ...]
    prompts: tuple[Prompt, ...]
    account: UserWallet
    wallet: Wallet
    instrument: Instrument
    candles: Sequence[Candle]


@dataclass(frozen=True, slots=True)
class Simulation:
    """A world that has begun: nothing in it is seen outside, nothing is metered.

    `at` sets its clock: candles closed by then are known.
    """

    uow: UnitOfWork
    ids: Ids
    execute: ExecuteFlowStep
    settle_orders: SettleOrders
    at: Callable[[datetime], None]


class Laboratory(Protocol):
    """Builds simulations out of the same use cases that run live."""

    async def simulate(self, world: World) -> Simulation:
        """A simulation whose store holds the world."""
