"""Adding what was committed to the chain."""

from dataclasses import dataclass, replace
from functools import partial

from moniqo.application.audit.chain import chained, head_of
from moniqo.application.audit.ports import AuditSeals
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page, is_null
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion

SEAL_AUDIT = "seal_audit"
"""The name by which the chain is looked after."""
AT_ONCE = 200
"""Entries of one transaction: few enough that requests need not wait for the arithmetic."""


@dataclass(frozen=True, slots=True)
class SealAudit:
    """Seal every entry that is not in the chain yet, in the order of the ids.

    Of several who seal at once one gets the next numbers, because those are unique; the others
    find that out, look again and go on behind it. Nobody who writes entries waits for anybody.
    """

    uow: UnitOfWork
    seals: AuditSeals

    async def __call__(self) -> int:
        """Answers how many entries were sealed."""
        sealed, more = 0, True
        listing = Listing(where=(is_null("seq"),), limit=AT_ONCE)
        while more:
            attempt = partial(self._next, listing)
            page = await settled(attempt, again_on=(StaleVersion, AlreadyExists))
            sealed += len(page.items)
            listing, more = replace(listing, cursor=page.next_cursor), page.has_more
        return sealed

    async def _next(self, listing: Listing) -> Page[AuditLog]:
        async with self.uow() as tx:
            page = await tx[AuditLog].page(listing)
            if page.items:
                head = await head_of(tx)
                await tx[AuditLog].fill(tuple(chained(head, page.items, self.seals)))
        return page
