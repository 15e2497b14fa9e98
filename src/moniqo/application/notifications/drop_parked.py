"""Giving up what was tried in vain."""

from collections.abc import Sequence
from dataclasses import dataclass

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.ids import OutboxEventId


@dataclass(frozen=True, slots=True)
class DropParked:
    """Have parked events never told; they go with those that are done.

    All or none: raises `NotFound`, `RuleViolated` if one is not parked, `StaleVersion` if somebody
    else deals with one at the same moment. Each is audited, with why it could not be told.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, event_ids: Sequence[OutboxEventId]) -> None:
        """Drop them."""
        async with self.uow() as tx:
            for event_id in event_ids:
                parked = await tx[OutboxEvent].get(event_id)
                await tx[OutboxEvent].save(parked.dropped(self.clock.now()))
                row = audit_entry(
                    self.ids.new(),
                    AuditAction.DELETE,
                    entity=("OutboxEvent", event_id),
                    description=f"{parked.name} dropped: {parked.error}",
                )
                await tx[AuditLog].add(row)
