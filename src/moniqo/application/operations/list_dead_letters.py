"""Tasks that were tried in vain."""

from dataclasses import dataclass

from moniqo.application.operations.dead_letters import failed
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.operations.task import Task


@dataclass(frozen=True, slots=True)
class ListDeadLetters:
    """Those of a kind, or of any, the first that failed first: for operators."""

    uow: UnitOfWork

    async def __call__(
        self, *, kind: str | None, limit: int, offset: int = 0, cursor: str | None = None
    ) -> Page[Task]:
        """A page of them."""
        listing = Listing(failed(kind), ("finished_at",), limit, offset, cursor)
        async with self.uow() as tx:
            return await tx[Task].page(listing)
