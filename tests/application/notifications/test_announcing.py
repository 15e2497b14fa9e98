import pytest

from moniqo.adapters.queue.in_process import InProcessQueue
from moniqo.application.notifications.announcing import RELAY_OUTBOX, AnnouncingUnitOfWork
from moniqo.application.shared.tasks import Job
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.ids import RoleId
from moniqo.domain.trading.events import CandlesImported
from support.people import People

EVENT = CandlesImported(exchange="binance", symbol="BTC/USDT", timeframe="1h", added=1)


class Bell:
    """A unit of work on a store of its own, and how many events each ringing found there."""

    def __init__(self) -> None:
        self.people = People()
        self.found: list[int] = []
        self.queue = InProcessQueue({RELAY_OUTBOX: self._ring})
        self.uow = AnnouncingUnitOfWork(self.people.uow, self.queue)

    async def _ring(self, _: Job) -> None:
        self.found.append(len(await self.people.all(OutboxEvent)))


async def test_the_relay_is_woken_once_after_the_commit() -> None:
    bell = Bell()

    async with bell.uow() as tx:
        tx.emit(EVENT)
        tx.emit(EVENT)
    await bell.queue.drain()

    assert bell.found == [2]


async def test_what_emits_nothing_wakes_nobody_and_is_kept() -> None:
    bell = Bell()

    async with bell.uow() as tx:
        role = await tx[Role].add(Role(id=RoleId(bell.people.ids.new()), name="Reader"))
    await bell.queue.drain()

    assert bell.found == []
    assert await bell.people.all(Role) == (role,)


async def test_what_is_not_kept_wakes_nobody() -> None:
    bell = Bell()

    with pytest.raises(RuntimeError):
        async with bell.uow() as tx:
            tx.emit(EVENT)
            raise RuntimeError
    await bell.queue.drain()

    assert bell.found == []
    assert await bell.people.all(OutboxEvent) == ()
