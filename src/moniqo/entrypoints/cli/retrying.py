"""What was parked, tried again from the command line."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.application.notifications.list_parked import ListParked
from moniqo.application.notifications.retry_parked import RetryParked
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.ids import OutboxEventId
from moniqo.entrypoints.cli.parked_rows import parked_row
from moniqo.entrypoints.cli.session import session

AT_ONCE = 1000


async def retried(event_ids: Sequence[UUID] | None) -> list[dict[str, Any]]:
    """The events after one more attempt; without ids every one that is parked, up to `AT_ONCE`."""
    async with session() as container:
        if event_ids is None:
            found = await (await container.get(ListParked))(limit=AT_ONCE)
            event_ids = [event.id for event in found.items]
        wanted = [OutboxEventId(event_id) for event_id in event_ids]
        await (await container.get(RetryParked))(event_ids=wanted)
        await (await container.get(Doorbell)).drain()
        async with (await container.get(UnitOfWork))() as tx:
            return [parked_row(await tx[OutboxEvent].get(event_id)) for event_id in wanted]
