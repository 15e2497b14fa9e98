"""Another attempt at what was tried in vain."""

from collections.abc import Sequence
from dataclasses import dataclass

from moniqo.application.notifications.relay_outbox import RELAY_OUTBOX
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.ids import OutboxEventId


@dataclass(frozen=True, slots=True)
class RetryParked:
    """Have parked events told again, from the first attempt on.

    All or none: raises `NotFound`, and `RuleViolated` if one is not parked.
    """

    uow: UnitOfWork

    async def __call__(self, *, event_ids: Sequence[OutboxEventId]) -> None:
        """Wake the relay, too."""
        async with self.uow() as tx:
            for event_id in event_ids:
                parked = await tx[OutboxEvent].get(event_id)
                await tx[OutboxEvent].save(parked.unparked())
            tx.ring(RELAY_OUTBOX)
