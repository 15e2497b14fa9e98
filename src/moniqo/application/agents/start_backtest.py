"""Asking for a backtest."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.identity.throttle import meet
from moniqo.application.shared.access import own
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import any_of
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import TaskQueue, Wanted
from moniqo.domain.agents.backtest import UNFINISHED, Backtest
from moniqo.domain.agents.flow import Flow
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import BacktestId, FlowId, UserId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Price, Rate

RUN_BACKTEST = "run_backtest"
"""The kind of task that executes a backtest."""


@dataclass(frozen=True, slots=True)
class BacktestRequest(Value):
    """Which candles to replay (opened in [`from`, `to`)) and on what terms.

    `starting_balance` is in the quote currency; `fee_rate` and `slippage` are rates of the
    notional and of the price.
    """

    from_: datetime
    to: datetime
    starting_balance: Price = Decimal(10000)
    fee_rate: Rate = Decimal("0.001")
    slippage: Rate = Decimal(0)


@dataclass(frozen=True, slots=True)
class StartBacktest:
    """Queue a backtest of one's flow; no quota is used.

    A user has at most `most_unfinished` waiting or running, so that others come to their turn.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    queue: TaskQueue
    most_unfinished: int = 10

    async def __call__(
        self, *, user_id: UserId, flow_id: FlowId, request: BacktestRequest
    ) -> Backtest:
        """The queued backtest; raises `NotFound`, `Invalid` for an empty range.

        `RuleViolated` while the user's backtests under way are as many as there may be.
        """
        return await settled(lambda: self._queue(user_id, flow_id, request))

    async def _queue(self, user_id: UserId, flow_id: FlowId, request: BacktestRequest) -> Backtest:
        async with self.uow() as tx:
            flow = await tx[Flow].get(flow_id, *FLOW_ACCESS.readable(user_id))
            await self._leave_room(tx, user_id)
            backtest_id = BacktestId(self.ids.new())
            payload = JsonObject({"backtest_id": str(backtest_id)})
            await self.queue.add(tx, Wanted(RUN_BACKTEST, owner_id=user_id, payload=payload))
            return await tx[Backtest].add(
                Backtest(
                    id=backtest_id,
                    flow_id=flow.id,
                    user_id=user_id,
                    from_=request.from_,
                    to=request.to,
                    starting_balance=request.starting_balance,
                    fee_rate=request.fee_rate,
                    slippage=request.slippage,
                )
            )

    async def _leave_room(self, tx: Transaction, user_id: UserId) -> None:
        await meet(tx, self.ids, RUN_BACKTEST, user_id, self.clock.now())
        unfinished = await tx[Backtest].count(*own(user_id), any_of("status", UNFINISHED))
        if unfinished >= self.most_unfinished:
            raise RuleViolated(
                f"You have {unfinished} backtests that wait or run, the most that there may be. "
                "Wait until one of them has ended."
            )
