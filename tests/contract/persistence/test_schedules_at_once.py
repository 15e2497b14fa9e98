"""What comes back by the clock is done once a slot, however many look."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.queue.stored import StoredTasks
from moniqo.adapters.schedules import CronSchedules
from moniqo.adapters.simulation.system import SimulatedClock
from moniqo.adapters.system import Uuid7Ids
from moniqo.application.operations.daily_figures import daily_figures
from moniqo.application.operations.keep_schedules import KeepSchedules, Recurring
from moniqo.application.operations.user_table import Span
from moniqo.application.shared.query import Listing, eq
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan
from moniqo.domain.operations.schedule import Schedule
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.ids import OutboxEventId, PlanId
from moniqo.domain.shared.types import JsonObject
from support.store import Place, prepared

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Belfry:
    """Processes that keep an hourly schedule of their own."""

    def __init__(self, backend: Backend) -> None:
        self.clock, self.ids = SimulatedClock(), Uuid7Ids()
        self.clock.set(NOON)
        self.kind = f"k{self.ids.new().hex}"
        self.uow = RecordedUnitOfWork(backend, REGISTRY, self.clock, self.ids)

    def process(self, rule: str = "0 * * * *", zone: timezone = UTC) -> KeepSchedules:
        queue = StoredTasks(self.clock, self.ids, {})
        recurring = (Recurring(self.kind, rule, zone),)
        return KeepSchedules(self.uow, self.clock, self.ids, CronSchedules(), queue, recurring)

    async def tasks(self) -> tuple[Task, ...]:
        async with self.uow() as tx:
            return (await tx[Task].page(Listing(where=(eq("kind", self.kind),)))).items

    async def schedule(self) -> Schedule:
        async with self.uow() as tx:
            found = await tx[Schedule].first(eq("name", self.kind))
        assert found is not None
        return found

    async def end(self) -> None:
        """Every task is done."""
        async with self.uow() as tx:
            for task in (await tx[Task].page(Listing(where=(eq("kind", self.kind),)))).items:
                ended = task.with_(status=TaskStatus.SUCCEEDED, dedupe_key=None, ready=False)
                await tx[Task].save(ended)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def backend(place: Place) -> AsyncIterator[Backend]:
    async with prepared(place, REGISTRY) as opened:
        yield opened


@pytest.fixture
def belfry(backend: Backend) -> Belfry:
    return Belfry(backend)


async def test_of_many_that_look_at_once_one_takes_the_slot(belfry: Belfry) -> None:
    await asyncio.gather(*(belfry.process()() for _ in range(5)))
    before = await belfry.tasks()
    belfry.clock.set(NOON + timedelta(hours=1))

    taken = await asyncio.gather(*(belfry.process()() for _ in range(5)))

    assert before == ()
    assert sum(taken) == 1
    (task,) = await belfry.tasks()
    assert task.payload == {"slot": "2026-01-05T13:00:00+00:00"}
    assert (await belfry.schedule()).fires_at == NOON + timedelta(hours=2)


async def test_slots_that_nobody_saw_become_one(belfry: Belfry) -> None:
    await belfry.process()()
    belfry.clock.set(NOON + timedelta(hours=5, minutes=10))

    await belfry.process()()
    await belfry.process()()

    assert len(await belfry.tasks()) == 1
    schedule = await belfry.schedule()
    assert (schedule.fires_at, schedule.fired_at) == (
        NOON + timedelta(hours=6),
        NOON + timedelta(hours=5, minutes=10),
    )


async def test_while_one_is_unfinished_there_is_no_second(belfry: Belfry) -> None:
    keep = belfry.process()
    await keep()
    for hours in (1, 2):
        belfry.clock.set(NOON + timedelta(hours=hours))
        await keep()
    meanwhile = len(await belfry.tasks())
    await belfry.end()
    belfry.clock.set(NOON + timedelta(hours=3))
    await keep()

    assert (meanwhile, len(await belfry.tasks())) == (1, 2)


async def test_another_rule_or_zone_has_other_slots(belfry: Belfry) -> None:
    await belfry.process()()
    half_past = belfry.process("30 9 * * *", timezone(timedelta(hours=5, minutes=30)))

    taken = await half_past()

    assert taken == 0
    assert (await belfry.schedule()).fires_at == datetime(2026, 1, 6, 4, tzinfo=UTC)
    assert await belfry.tasks() == ()


async def test_a_day_is_counted_alike_on_every_store(belfry: Belfry) -> None:
    now, new = NOON, belfry.ids.new
    event = {"name": "Told", "payload": JsonObject({}), "occurred_at": now}
    place = {"queue": "default", "lane": "x", "due_at": now, "ready": False}
    async with belfry.uow() as tx:
        await tx[Plan].add(Plan(id=PlanId(new()), name=belfry.kind, price=Decimal(0)))
        await tx[OutboxEvent].add(OutboxEvent(id=OutboxEventId(new()), parked_at=now, **event))
        await tx[OutboxEvent].add(OutboxEvent(id=OutboxEventId(new()), **event))
        failed = {"status": TaskStatus.FAILED, "finished_at": now}
        await tx[Task].add(Task(id=TaskId(new()), kind=belfry.kind, **place, **failed))
        entry = audit_entry(new(), AuditAction.LOGIN, entity=("Account", None))
        await tx[AuditLog].add(entry)
        told = await daily_figures(tx, Span(now, now + timedelta(milliseconds=1)))

    assert {figure.name: figure.count for figure in told if figure.count} == {
        "Sign-ins": 1,
        "Tasks that failed": 1,
        "Mails and notifications parked": 1,
    }
    assert len(told) == 13
