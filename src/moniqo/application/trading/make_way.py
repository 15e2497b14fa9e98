"""Making way for a sell: what it sells may be locked by an order that guards the position."""

from dataclasses import dataclass

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Condition, Listing, any_of, eq, same
from moniqo.application.trading.apply_report import ApplyReport, open_position
from moniqo.application.trading.ports import Exchange, OrderReport, OutcomeUnknown, Venue
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import OrderId
from moniqo.domain.trading.order import OPEN, Order, OrderStatus, Side
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet

MOST_EXITS = 100


@dataclass(frozen=True, slots=True)
class MakeWay:
    """Cancel the other open sells of the position, then set aside what the order sells.

    Doing it again changes nothing, so a process that died half-way is followed by one that
    finishes. The sell itself knows what guarded the position: its end puts a new guard up.
    """

    uow: UnitOfWork
    exchange: Exchange
    apply_report: ApplyReport

    async def __call__(self, order: Order, venue: Venue) -> OrderReport | None:
        """None once the way is free; the refusal if the position no longer has so much.

        Raises `Unavailable` if the venue does not say whether it cancelled what is in the way.
        """
        for other in await self._others(order):
            try:
                report = await self.exchange.cancel(other, venue)
            except OutcomeUnknown:
                raise Unavailable("The venue did not say what became of a cancellation.") from None
            await self.apply_report(order_id=other.id, report=report)
        if await settled(lambda: self._set_aside(order.id)):
            return None
        return OrderReport(OrderStatus.REJECTED, reason="the position has changed meanwhile")

    async def _others(self, order: Order) -> list[Order]:
        listing = Listing(where=open_sells(order), limit=MOST_EXITS)
        async with self.uow() as tx:
            found = (await tx[Order].page(listing)).items
        return [other for other in found if other.id != order.id]

    async def _set_aside(self, order_id: OrderId) -> bool:
        async with self.uow() as tx:
            order = await tx[Order].get(order_id)
            if not order.makes_way or order.quantity is None:
                return True
            account = await tx[UserWallet].get(order.user_wallet_id, include_deleted=True)
            trade = await tx[Trade].first(*open_position(order))
            if trade is None or trade.executed_at > order.placed_at:
                return False
            if min(trade.held, account.balance(order.base).free) < order.quantity:
                return False
            await tx[UserWallet].save(account.reserved(order.base, order.quantity))
            await tx[Order].save(order.with_(reserved=order.quantity))
            return True


def open_sells(order: Order) -> tuple[Condition, ...]:
    """The conditions of the open orders that reduce the position of `order`."""
    return (
        eq("user_wallet_id", order.user_wallet_id),
        any_of("status", OPEN),
        same("flow_id", order.flow_id),
        eq("symbol", order.symbol),
        eq("side", Side.SELL),
    )
