"""Calling off what runs for somebody whose account is no longer in use."""

from dataclasses import dataclass

from moniqo.application.identity.standing import is_suspended
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, any_of, eq
from moniqo.application.trading.ports import OutcomeUnknown
from moniqo.application.trading.send_order import SendOrder
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.shared.errors import AppError
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.order import OPEN, Order, Side

_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class HaltUser:
    """Pause their flows and cancel what they would still buy; what guards a position stays.

    Runs and orders that are under way stop by themselves at their next step. Doing it again
    changes nothing, and nothing happens to whoever is back already.
    """

    uow: UnitOfWork
    send_order: SendOrder

    async def __call__(self, *, user_id: UserId) -> None:
        """Call it all off; raises what a venue raises that does not answer."""
        async with self.uow() as tx:
            if not await is_suspended(tx, user_id):
                return
        while await settled(lambda: self._pause(user_id)):
            pass
        await self._cancel(user_id)

    async def _pause(self, user_id: UserId) -> int:
        where = (eq("user_id", user_id), eq("status", FlowStatus.ACTIVE))
        async with self.uow() as tx:
            flows = (await tx[Flow].page(Listing(where=where, limit=_AT_ONCE))).items
            for flow in flows:
                await tx[Flow].save(flow.paused().with_(next_run_at=None))
        return len(flows)

    async def _cancel(self, user_id: UserId) -> None:
        where = (eq("user_id", user_id), eq("side", Side.BUY), any_of("status", OPEN))
        cursor, trouble = None, None
        while True:
            async with self.uow() as tx:
                listing = Listing(where=where, limit=_AT_ONCE, cursor=cursor)
                page = await tx[Order].page(listing)
            for order in page.items:
                try:
                    await self.send_order.cancel(order_id=order.id)
                except (AppError, OutcomeUnknown) as problem:
                    # The others are not to wait for a venue that does not answer.
                    trouble = problem
            cursor = page.next_cursor
            if cursor is None:
                break
        if trouble is not None:
            raise trouble
