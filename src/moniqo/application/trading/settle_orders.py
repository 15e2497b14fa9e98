"""Bringing open orders up to date: after new candles, and after a restart."""

import logging
from dataclasses import dataclass

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Condition, Listing, any_of, eq
from moniqo.application.trading.send_order import SendOrder
from moniqo.domain.shared.errors import AppError
from moniqo.domain.shared.ids import UserWalletId
from moniqo.domain.trading.order import OPEN, Order

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SettleOrders:
    """Ask the venues about every order that is not over yet."""

    uow: UnitOfWork
    send_order: SendOrder
    batch: int = 100

    async def __call__(self, *, user_wallet_id: UserWalletId | None = None) -> int:
        """Settle all open orders, or those of one wallet; answers how many were asked about."""
        where: tuple[Condition, ...] = (any_of("status", OPEN),)
        if user_wallet_id is not None:
            where = (eq("user_wallet_id", user_wallet_id), *where)
        asked, cursor = 0, None
        while True:
            async with self.uow() as tx:
                page = await tx[Order].page(Listing(where=where, limit=self.batch, cursor=cursor))
            for order in page.items:
                await self._settle(order)
            asked += len(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return asked

    async def _settle(self, order: Order) -> None:
        """One order; its trouble must not keep those of others waiting."""
        try:
            await self.send_order(order_id=order.id)
        except AppError:
            logger.exception("order not settled", extra={"order_id": str(order.id)})
