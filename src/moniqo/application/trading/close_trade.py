"""Closing a position by hand."""

from dataclasses import dataclass

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, any_of, eq, is_null, same
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.trading.access import TRADE_ACCESS
from moniqo.application.trading.send_order import SendOrder
from moniqo.domain.shared.ids import OrderId, TradeId, UserId
from moniqo.domain.trading.order import OPEN, Order, OrderType, Side, client_order_id
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet

MOST_EXITS = 100


@dataclass(frozen=True, slots=True)
class CloseTrade:
    """Sell all that an open trade still holds, at the market."""

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    send_order: SendOrder

    async def __call__(self, *, user_id: UserId, trade_id: TradeId) -> Trade:
        """The trade after the order was sent; it stays open until the order is filled.

        Orders that were to reduce the position are cancelled first. Raises `NotFound`,
        `RuleViolated` unless the trade is open, `AlreadyExists` while it is being closed.
        """
        for order in await self._exits(user_id, trade_id):
            await self.send_order.cancel(order_id=order.id)
        order_id = await settled(lambda: self._intend(user_id, trade_id))
        await self.send_order(order_id=order_id, fresh=True)
        async with self.uow() as tx:
            return await tx[Trade].get(trade_id)

    async def _exits(self, user_id: UserId, trade_id: TradeId) -> tuple[Order, ...]:
        async with self.uow() as tx:
            trade = await self._own(tx, user_id, trade_id)
            listing = Listing(
                where=(
                    eq("user_wallet_id", trade.user_wallet_id),
                    any_of("status", OPEN),
                    same("flow_id", trade.flow_id),
                    eq("symbol", trade.symbol),
                    eq("side", Side.SELL),
                    is_null("protects", expected=False),
                ),
                limit=MOST_EXITS,
            )
            return (await tx[Order].page(listing)).items

    async def _intend(self, user_id: UserId, trade_id: TradeId) -> OrderId:
        async with self.uow() as tx:
            trade = await self._own(tx, user_id, trade_id)
            order = self._order(trade)
            account = await tx[UserWallet].get(trade.user_wallet_id)
            await tx[UserWallet].save(account.reserved(order.base, order.reserved))
            await tx[Order].add(order)
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
            reserved=trade.held,
        )
