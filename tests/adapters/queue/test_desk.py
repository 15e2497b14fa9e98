"""Places are shared: nobody has them all."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.queue.kinds import DEFAULT, TaskKind
from moniqo.adapters.queue.worker import Terms, Worker
from moniqo.adapters.system import SystemClock, SystemRandomness, Uuid7Ids
from moniqo.application.shared.tasks import TaskContext
from moniqo.domain.operations.task import Task, TaskId

PLACES = 8


class Office:
    """A worker whose tasks last until they may end."""

    def __init__(self) -> None:
        backend, self.ids = MemoryBackend(REGISTRY), Uuid7Ids()
        self.uow = RecordedUnitOfWork(backend, REGISTRY, SystemClock(), self.ids)
        self.at_work: Counter[str] = Counter()
        self.may_end: dict[str, asyncio.Event] = {}
        kinds = {"wait": TaskKind(self._wait)}
        terms = Terms(kinds, {DEFAULT: PLACES}, "office", timedelta(seconds=30))
        self.worker = Worker(backend.tasks(), self.uow, SystemRandomness(), terms)

    async def _wait(self, context: TaskContext) -> None:
        self.at_work[context.task.lane] += 1
        await self.may_end.setdefault(context.task.lane, asyncio.Event()).wait()
        self.at_work[context.task.lane] -= 1

    async def add(self, lane: str, count: int) -> None:
        now = SystemClock().now()
        rows = [
            Task(id=TaskId(self.ids.new()), kind="wait", queue=DEFAULT, lane=lane, due_at=now)
            for _ in range(count)
        ]
        async with self.uow() as tx:
            await tx[Task].add_many(rows)

    def work(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.worker())

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():  # noqa: ASYNC110  (a count has no event)
                await asyncio.sleep(0.005)


async def test_one_owner_never_has_the_last_quarter_of_the_places() -> None:
    office = Office()
    await office.add("crowd", 3)
    first = office.work()
    await office.until(lambda: office.at_work["crowd"] == 3)
    await office.add("crowd", 50)

    looks = [office.work(), office.work()]
    await office.until(lambda: office.at_work["crowd"] == 6)
    await office.add("someone", 1)
    looks.append(office.work())
    await office.until(lambda: office.at_work["someone"] == 1)

    assert office.at_work["crowd"] == 6
    for lane in ("crowd", "someone"):
        office.may_end[lane].set()
    await asyncio.gather(first, *looks)
    assert office.at_work.total() == 0


async def test_where_there_are_several_owners_every_place_is_used() -> None:
    office = Office()
    for lane in "abc":
        await office.add(lane, 20)

    look = office.work()
    await office.until(lambda: office.at_work.total() == PLACES)

    assert max(office.at_work.values()) <= 6
    for lane in "abc":
        office.may_end.setdefault(lane, asyncio.Event()).set()
    await look
