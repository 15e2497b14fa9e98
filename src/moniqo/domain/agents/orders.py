"""What a decision asks for, as an order: sized, priced and named, or a reason why not."""

from dataclasses import dataclass
from decimal import Decimal

from moniqo.domain.agents.decision import Action, Decision
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.run import FlowRun, StepRun
from moniqo.domain.agents.snapshot import Snapshot
from moniqo.domain.shared.decimals import canonical, exact, storable
from moniqo.domain.shared.ids import OrderId
from moniqo.domain.trading.market import Instrument
from moniqo.domain.trading.order import Order, OrderType, Side, client_order_id

SLIPPAGE_ROOM = Decimal("1.05")
"""A market buy of a quantity may cost this much of its value at the last close, and no more."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The decision becomes no order."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Size:
    quantity: Decimal | None
    budget: Decimal | None


def order_of(
    decision: Decision,
    snapshot: Snapshot,
    origin: tuple[Flow, FlowRun, StepRun],
    instrument: Instrument,
    order_id: OrderId,
) -> Order | Refused:
    """The intent of a decision that is not `hold`, placed at the snapshot's instant.

    `snapshot` must hold the account as it is now. A buy reserves what it may spend; what a
    sell takes is reserved when it is sent.
    """
    flow, run, step = origin
    buys = decision.action is Action.BUY
    sized = _bought if buys else _sold
    size = sized(decision, snapshot, instrument)
    if isinstance(size, Refused):
        return size
    return Order(
        id=order_id,
        user_id=run.user_id,
        user_wallet_id=flow.user_wallet_id,
        flow_id=flow.id,
        agent_id=step.agent_id,
        run_id=run.id,
        step=step.step,
        client_order_id=client_order_id(run.user_id, run.id, step.step, 0),
        exchange=instrument.exchange,
        symbol=flow.symbol,
        timeframe=flow.timeframe,
        side=Side.BUY if buys else Side.SELL,
        type=decision.order_type if decision.action is not Action.CLOSE else OrderType.MARKET,
        quantity=size.quantity,
        budget=size.budget,
        limit_price=decision.limit_price if decision.action is not Action.CLOSE else None,
        stop_loss=decision.stop_loss if buys else None,
        take_profit=decision.take_profit if buys else None,
        placed_at=snapshot.holdings.as_of,
        reserved=size.budget or Decimal(0),
    )


@exact
def _bought(decision: Decision, snapshot: Snapshot, instrument: Instrument) -> _Size | Refused:
    cash, limit = snapshot.cash, decision.limit_price
    if decision.fraction is not None:
        budget = storable(decision.fraction * cash)
        quantity = None if limit is None else instrument.affordable(budget, limit)
    else:
        quantity = instrument.lots(decision.quantity or Decimal(0))
        room = limit if limit is not None else snapshot.last.close * SLIPPAGE_ROOM
        budget = storable(min(quantity * room * (1 + instrument.taker_fee), cash))
        if quantity * (limit or snapshot.last.close) > cash:
            return Refused(
                f"{canonical(quantity)} costs more than the {canonical(cash)} that are free"
            )
    if budget <= 0 or quantity == 0:
        return Refused("there is no free cash for even the smallest order")
    return _Size(quantity, budget)


@exact
def _sold(decision: Decision, snapshot: Snapshot, instrument: Instrument) -> _Size | Refused:
    held = snapshot.position
    if held == 0:
        return Refused("there is no position to sell")
    if decision.action is Action.CLOSE or decision.fraction == 1:
        return _Size(held, None)
    wanted = decision.quantity if decision.quantity is not None else held * (decision.fraction or 0)
    quantity = instrument.lots(wanted)
    if quantity > held:
        return Refused(f"{canonical(quantity)} is more than the {canonical(held)} that are held")
    return _Size(quantity, None) if quantity else Refused("the part to sell is below the lot size")
