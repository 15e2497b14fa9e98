"""Closing a position by hand."""

from dataclasses import dataclass

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.trading.access import TRADE_ACCESS
from moniqo.application.trading.make_way import MOST_EXITS, open_sells
from moniqo.application.trading.send_order import SendOrder
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import OrderId, TradeId, UserId
from moniqo.domain.trading.order import Order, OrderType, Side, client_order_id
from moniqo.domain.trading.trade import Trade


@dataclass(frozen=True, slots=True)
class CloseTrade:
    """Sell all that an open trade still holds, at the market."""

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    send_order: SendOrder

    async def __call__(self, *, user_id: UserId, trade_id: TradeId) -> Trade:
        """The trade after the order was sent; it stays open until the order is filled.

        Orders that were to reduce the position are cancelled first. Raises `NotFound`, and
        `RuleViolated` unless the trade is open and nobody is closing it.
        """
        order_id = await settled(lambda: self._intend(user_id, trade_id))
        await self.send_order(order_id=order_id, fresh=True)
        async with self.uow() as tx:
            return await tx[Trade].get(trade_id)

    async def _intend(self, user_id: UserId, trade_id: TradeId) -> OrderId:
        async with self.uow() as tx:
            trade = await self._own(tx, user_id, trade_id)
            order = self._order(trade)
            listing = Listing(where=open_sells(order), limit=MOST_EXITS)
            exits = (await tx[Order].page(listing)).items
            if any(other.type is OrderType.MARKET for other in exits):
                raise RuleViolated("The trade is being closed already.")
            guards = [other for other in exits if other.protects is not None]
            await tx[Order].add(order.guarded_by(guards))
            # Touched, so that of two sells at once the later one sees the other.
            await tx[Trade].save(trade)
            return order.id

    async def _own(self, tx: Transaction, user_id: UserId, trade_id: TradeId) -> Trade:
        trade = await tx[Trade].get(trade_id, *TRADE_ACCESS.writable(user_id))
        trade.require_open()
        return trade

    def _order(self, trade: Trade) -> Order:
        return Order(
            id=OrderId(self.ids.new()),
            user_id=trade.user_id,
            user_wallet_id=trade.user_wallet_id,
            flow_id=trade.flow_id,
            agent_id=trade.agent_id,
            # The version tells a second try (the first was turned down) from a repeated one.
            client_order_id=client_order_id(trade.user_id, trade.id, 0, trade.version),
            exchange=trade.exchange,
            symbol=trade.symbol,
            timeframe=trade.timeframe,
            side=Side.SELL,
            type=OrderType.MARKET,
            quantity=trade.held,
            placed_at=self.clock.now(),
        )
