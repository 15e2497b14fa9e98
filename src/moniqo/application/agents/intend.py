"""The intent: the order that a decision becomes, committed before anybody is asked to do it."""

from dataclasses import dataclass, replace

from moniqo.application.agents.ask import Answered
from moniqo.application.agents.step_context import StepContext, load_context
from moniqo.application.agents.step_outcome import StepOutcome, answer_of
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.trading.ports import MarketData
from moniqo.domain.agents.decision import Action, Decision
from moniqo.domain.agents.orders import Refused, order_of
from moniqo.domain.agents.run import FlowRun, StepStatus
from moniqo.domain.agents.snapshot import Snapshot
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.ids import OrderId
from moniqo.domain.trading.market import Instrument
from moniqo.domain.trading.order import Order, OrderType, Side
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet


@dataclass(frozen=True, slots=True)
class Intend:
    """Size the order by the account as it is now, reserve what it may spend, commit both."""

    uow: UnitOfWork
    ids: Ids
    market: MarketData
    quotas: Quotas
    outcome: StepOutcome

    async def __call__(
        self, context: StepContext, snapshot: Snapshot, answered: Answered, decision: Decision
    ) -> FlowRun:
        """The run with its step `ordering`, or done where no order can be made.

        Raises `QuotaExceeded` if the plan allows no further trade today; exits always pass.
        """
        exchange, symbol = context.wallet.market, context.flow.symbol
        instrument = await self.market.instrument(exchange, symbol)
        return await settled(
            lambda: self._commit(context, snapshot, answered, decision, instrument)
        )

    async def _commit(
        self,
        context: StepContext,
        snapshot: Snapshot,
        answered: Answered,
        decision: Decision,
        instrument: Instrument,
    ) -> FlowRun:
        async with self.uow() as tx:
            now = await load_context(tx, context.run.id, context.run.fence)
            holdings = now.holdings(snapshot.holdings.as_of)
            origin = (now.flow, now.run, now.step)
            current = replace(snapshot, holdings=holdings)
            now.require_active()
            order = _in_the_way(now, decision) or order_of(
                decision, current, origin, instrument, OrderId(self.ids.new())
            )
            if isinstance(order, Refused):
                return await self.outcome.record_decided(tx, now, answered, order.reason)
            await self._reserve(tx, now, order)
            step = now.step.moved(StepStatus.ORDERING, order_ids=(order.id,), **answer_of(answered))
            await self.outcome.settle(tx, now.run, now.step, answered)
            return await tx[FlowRun].save(now.run.with_step(step).costing(answered.cost))

    async def _reserve(self, tx: Transaction, context: StepContext, order: Order) -> None:
        if context.trade is not None:
            # Touched, so that of two orders at once the later one sees the other.
            await tx[Trade].save(context.trade)
        if order.side is Side.SELL:
            # What it sells may be locked by a guard: sending it makes way first.
            await tx[Order].add(order.guarded_by(context.guards))
            return
        user_id = context.run.user_id
        await self.quotas.take(tx, user_id=user_id, resource=Resource.TRADES_PER_DAY)
        account = context.account.reserved(order.reserved_currency, order.reserved)
        await tx[UserWallet].save(account)
        await tx[Order].add(order)


def _in_the_way(context: StepContext, decision: Decision) -> Refused | None:
    """The open orders that forbid another sell."""
    if decision.action is Action.BUY:
        return None
    if any(order.type is OrderType.MARKET for order in context.exits):
        return Refused("the position is being sold already")
    if decision.order_type is OrderType.LIMIT and context.guards:
        return Refused("a limit order would leave the position without its stop")
    return None
