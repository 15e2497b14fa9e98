"""Changes by somebody who may not be allowed to: whether they were is remembered either way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.errors import Forbidden, RuleViolated

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecordedChanges:
    """Runs changes that leave their own audit rows, and leaves one where they are refused."""

    uow: UnitOfWork
    ids: Ids

    async def make(
        self,
        change: Callable[[Transaction], Awaitable[T]],
        action: AuditAction,
        entity: tuple[str, UUID | None],
    ) -> T:
        """Run `change` in a unit of work, again while others get in between; its answer.

        A `Forbidden` or `RuleViolated` is told as a failure of `action` on `entity`.
        """

        async def attempt() -> T:
            async with self.uow() as tx:
                return await change(tx)

        try:
            return await settled(attempt)
        except (Forbidden, RuleViolated) as refusal:
            row = audit_entry(self.ids.new(), action, entity=entity, refusal=refusal.message)
            async with self.uow() as tx:
                await tx[AuditLog].add(row)
            raise
