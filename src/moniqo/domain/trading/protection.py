"""The order that guards a position once its entry is filled."""

from datetime import datetime

from moniqo.domain.shared.ids import OrderId
from moniqo.domain.trading.order import Order, OrderType, Side, client_order_id

PROTECTION = 1000
"""The number in a protective order's client id, apart from those of a step's own orders."""


def protective_order(entry: Order, order_id: OrderId, since: datetime) -> Order | None:
    """The intent that sells what `entry` bought at its stop loss or take profit, if it has any.

    It can trade from `since`, the entry's last fill, on: in the same bar too.
    """
    trigger = entry.stop_loss or entry.take_profit
    if trigger is None or entry.side is Side.SELL or not entry.filled_quantity:
        return None
    return Order(
        id=order_id,
        user_id=entry.user_id,
        user_wallet_id=entry.user_wallet_id,
        flow_id=entry.flow_id,
        agent_id=entry.agent_id,
        run_id=entry.run_id,
        step=entry.step,
        client_order_id=client_order_id(entry.user_id, entry.id, entry.step or 0, PROTECTION),
        exchange=entry.exchange,
        symbol=entry.symbol,
        timeframe=entry.timeframe,
        side=Side.SELL,
        type=OrderType.STOP if entry.stop_loss else OrderType.TAKE_PROFIT,
        quantity=entry.filled_quantity,
        stop_price=trigger,
        take_profit=entry.take_profit if entry.stop_loss else None,
        protects=entry.id,
        placed_at=since,
        reserved=entry.filled_quantity,
    )
