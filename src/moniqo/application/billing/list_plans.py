"""The plans on offer, which anybody may look through."""

from dataclasses import dataclass

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.billing.plan import Plan


@dataclass(frozen=True, slots=True)
class ListPlans:
    """A page of the plans on offer."""

    uow: UnitOfWork

    async def __call__(self, *, listing: Listing) -> Page[Plan]:
        """The page."""
        async with self.uow() as tx:
            return await tx[Plan].page(listing)
