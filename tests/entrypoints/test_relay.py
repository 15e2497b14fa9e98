"""What happened is told, in the assembled system."""

from dataclasses import replace

from dishka import AsyncContainer

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.application.mail.ports import Mailer
from moniqo.application.notifications.relay_outbox import RELAY_OUTBOX
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import FlowId, FlowRunId, UserId
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.settings import Settings, StorageBackend
from moniqo.entrypoints.settings.model import Storage
from support.factories import registered_user
from support.letters import Bag, Bags

ON_MEMORY = replace(Settings(), storage=Storage(StorageBackend.MEMORY))


class Parts:
    """What the factories need, out of the container."""

    def __init__(self, uow: UnitOfWork, ids: Ids) -> None:
        self.uow, self.ids = uow, ids

    @classmethod
    async def of(cls, container: AsyncContainer) -> "Parts":
        return cls(await container.get(UnitOfWork), await container.get(Ids))

    def failure(self, user_id: UserId) -> RunFailed:
        run_id, flow_id = FlowRunId(self.ids.new()), FlowId(self.ids.new())
        return RunFailed(user_id=user_id, run_id=run_id, flow_id=flow_id, error="No answer.")

    async def titles(self) -> list[str]:
        async with self.uow() as tx:
            return [item.title for item in (await tx[Notification].page(Listing())).items]


async def test_a_user_is_told_right_after_the_commit() -> None:
    container = build_container(ON_MEMORY, Bags())
    parts, bell = await Parts.of(container), await container.get(Doorbell)
    user_id = (await registered_user(parts)).id

    async with parts.uow() as tx:
        tx.emit(parts.failure(user_id))
    await bell.drain()

    bag = await container.get(Mailer)
    assert isinstance(bag, Bag)
    assert await parts.titles() == ["A run of a flow failed"]
    assert [mail.subject for mail in bag.mails.values()] == ["A run of a flow failed"]
    await container.close()


async def test_what_was_left_untold_is_told_at_the_next_start() -> None:
    container = build_container(ON_MEMORY, Bags())
    parts, bell = await Parts.of(container), await container.get(Doorbell)
    user_id = (await registered_user(parts)).id
    backend, clock = await container.get(Backend), await container.get(Clock)
    async with RecordedUnitOfWork(backend, REGISTRY, clock, parts.ids)() as tx:
        tx.emit(parts.failure(user_id))
    before = await parts.titles()

    await bell.ring(RELAY_OUTBOX)
    await bell.drain()

    assert (before, await parts.titles()) == ([], ["A run of a flow failed"])
    await container.close()
