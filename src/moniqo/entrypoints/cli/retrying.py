"""What was parked, tried again or given up from the command line."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.application.notifications.drop_parked import DropParked
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
        wanted = [OutboxEventId(event_id) for event_id in dict.fromkeys(event_ids)]
        await (await container.get(RetryParked))(event_ids=wanted)
        await (await container.get(Doorbell)).drain()
        async with (await container.get(UnitOfWork))() as tx:
            return [parked_row(await tx[OutboxEvent].get(event_id)) for event_id in wanted]


async def dropped(event_ids: Sequence[UUID] | None) -> list[str]:
    """The ids of those that are never told any more; without ids of every one that is parked."""
    async with session() as container:
        drop, list_parked = await container.get(DropParked), await container.get(ListParked)
        if event_ids is not None:
            wanted = [OutboxEventId(event_id) for event_id in dict.fromkeys(event_ids)]
            await drop(event_ids=wanted)
            return list(map(str, wanted))
        gone: list[str] = []
        while found := (await list_parked(limit=AT_ONCE)).items:
            await drop(event_ids=[event.id for event in found])
            gone += [str(event.id) for event in found]
        return gone
