"""Adding what was committed to the chain."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.audit.chain import chained, head_of
from moniqo.application.audit.ports import AuditSeals
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, is_null
from moniqo.application.shared.tasks import Job
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion

SEAL_AUDIT = "seal_audit"
"""The job that runs `SealAudit`; it is about every entry, so that its subject is nothing."""
SEAL_JOB = Job(SEAL_AUDIT, UUID(int=0))
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
        sealed = 0
        while count := await settled(self._next, again_on=(StaleVersion, AlreadyExists)):
            sealed += count
        return sealed

    async def _next(self) -> int:
        async with self.uow() as tx:
            rows = (await tx[AuditLog].page(Listing(where=(is_null("seq"),), limit=AT_ONCE))).items
            if rows:
                head = await head_of(tx)
                await tx[AuditLog].fill(tuple(chained(head, rows, self.seals)))
        return len(rows)
