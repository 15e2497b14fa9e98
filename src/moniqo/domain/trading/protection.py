"""The order that guards a position once its entry, or a part of its exit, is filled."""

from datetime import datetime
from decimal import Decimal

from moniqo.domain.shared.ids import OrderId
from moniqo.domain.trading.order import Order, OrderType, Side, client_order_id
from moniqo.domain.trading.trade import Trade, TradeStatus

PROTECTION = 1000
"""The number in a protective order's client id, apart from those of a step's own orders."""


def protective_order(
    entry: Order, trade: Trade | None, free: Decimal, order_id: OrderId, since: datetime
) -> Order | None:
    """The intent that guards a position by the stop loss or take profit of an ended order.

    After a buy it sells what that bought; after a sell, which took the guard away, all that
    is still held; never more than is `free` of other orders. It can trade from `since`, the last
    fill, on: in the same bar too.
    """
    trigger = entry.stop_loss or entry.take_profit
    if entry.protects is not None or trigger is None:
        return None
    if trade is None or trade.status is not TradeStatus.OPEN:
        return None
    quantity = min(entry.filled_quantity if entry.side is Side.BUY else trade.held, free)
    if not quantity:
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
        quantity=quantity,
        stop_price=trigger,
        take_profit=entry.take_profit if entry.stop_loss else None,
        protects=entry.id,
        placed_at=since,
        reserved=quantity,
    )
