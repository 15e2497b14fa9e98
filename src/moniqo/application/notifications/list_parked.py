"""Events that were tried in vain."""

from dataclasses import dataclass

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page, is_null
from moniqo.domain.audit.outbox_event import OutboxEvent


@dataclass(frozen=True, slots=True)
class ListParked:
    """The parked ones, oldest first: for operators."""

    uow: UnitOfWork

    async def __call__(self, *, limit: int) -> Page[OutboxEvent]:
        """The first page."""
        where = (is_null("parked_at", expected=False),)
        async with self.uow() as tx:
            return await tx[OutboxEvent].page(Listing(where, sort=("occurred_at",), limit=limit))
