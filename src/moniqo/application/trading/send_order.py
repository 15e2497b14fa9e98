"""Getting an order to its venue, once, and getting to know what became of it."""

from dataclasses import dataclass

from moniqo.application.identity.standing import SUSPENDED, is_suspended
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.trading.apply_report import Applied, ApplyReport
from moniqo.application.trading.make_way import MakeWay
from moniqo.application.trading.ports import Exchange, OrderReport, OutcomeUnknown, Venue
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import OrderId
from moniqo.domain.trading.order import Order, OrderStatus, Side
from moniqo.domain.trading.wallet import UserWallet, Wallet


@dataclass(frozen=True, slots=True)
class SendOrder:
    """Bring an order up to date with its venue, and the protective order that follows from it.

    Nothing is bought any more for somebody whose account is not in use; what they hold is still
    guarded and sold.
    """

    uow: UnitOfWork
    exchange: Exchange
    apply_report: ApplyReport
    make_way: MakeWay

    async def __call__(self, *, order_id: OrderId, fresh: bool = False) -> Order:
        """The order as it stands afterwards.

        A `fresh` order has never been sent and is submitted. Any other may have been, by a
        process that died: it is looked up, and submitted only if the venue never got it.
        """
        return await self._follow(await self._bring(order_id, fresh=fresh))

    async def cancel(self, *, order_id: OrderId) -> Order:
        """Take back what is not filled; an order that was never sent is cancelled here."""
        order, venue = await self._load(order_id)
        if order.is_final:
            return order
        report = await self.exchange.cancel(order, venue)
        return await self._follow(await self.apply_report(order_id=order_id, report=report))

    async def _follow(self, applied: Applied) -> Order:
        """Send the protective order, if one has come of it."""
        if applied.protection is not None:
            await self(order_id=applied.protection.id, fresh=True)
        return applied.order

    async def _bring(self, order_id: OrderId, *, fresh: bool) -> Applied:
        order, venue = await self._load(order_id)
        if order.is_final:
            return Applied(order)
        try:
            report = await self._known(order, venue, fresh=fresh)
            if report is None:
                report = await self.exchange.submit(order, venue)
        except OutcomeUnknown:
            report = OrderReport(OrderStatus.UNKNOWN)
        except Unavailable:
            # The venue surely did nothing: the intent stands and is sent later.
            return Applied(order)
        return await self.apply_report(order_id=order_id, report=report)

    async def _known(self, order: Order, venue: Venue, *, fresh: bool) -> OrderReport | None:
        """What has become of the order already; None if it is to be submitted now."""
        if order.makes_way:
            # Nothing is set aside for it yet, so it has surely not been sent.
            return await self.make_way(order, venue)
        report = None if fresh else await self.exchange.lookup(order, venue)
        if report is None and order.side is Side.BUY and await self._is_suspended(order):
            return OrderReport(OrderStatus.REJECTED, reason=SUSPENDED)
        return report

    async def _is_suspended(self, order: Order) -> bool:
        async with self.uow() as tx:
            return await is_suspended(tx, order.user_id)

    async def _load(self, order_id: OrderId) -> tuple[Order, Venue]:
        async with self.uow() as tx:
            order = await tx[Order].get(order_id)
            account = await tx[UserWallet].get(order.user_wallet_id, include_deleted=True)
            wallet = await tx[Wallet].get(account.wallet_id, include_deleted=True)
            return order, Venue(wallet, account)
