"""What workers rely on: nobody's work is taken, nothing is lost, and everybody has a turn."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.task_store import Claim, Outcome, Pulse, TaskStore
from moniqo.adapters.system import SystemClock, Uuid7Ids
from moniqo.application.shared.query import Listing, any_of, eq
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.errors import AlreadyExists
from moniqo.domain.shared.types import JsonObject
from support.store import Place, prepared

LEASE = timedelta(seconds=30)
MOMENT = timedelta(milliseconds=1)


class Yard:
    """One store of tasks, with a queue of its own for each test."""

    def __init__(self, tasks: TaskStore, uow: RecordedUnitOfWork) -> None:
        self.tasks, self.uow, self.ids = tasks, uow, Uuid7Ids()
        self.queue = self.ids.new().hex

    async def add(self, lane: str = "greet", count: int = 1, **fields: Any) -> list[TaskId]:
        now = SystemClock().now()
        made = [
            Task(
                id=TaskId(self.ids.new()),
                kind="greet",
                queue=self.queue,
                lane=lane,
                due_at=now + timedelta(milliseconds=number),
            ).with_(**fields)
            for number in range(count)
        ]
        async with self.uow() as tx:
            await tx[Task].add_many(made)
        return [task.id for task in made]

    async def claim(
        self, most: int = 10, worker: str = "a", lease: timedelta = LEASE, **more: Any
    ) -> list[Task]:
        return await self.tasks.claim(Claim(self.queue, most, worker, lease, **more))

    async def get(self, task_id: TaskId) -> Task:
        async with self.uow() as tx:
            return await tx[Task].get(task_id)

    async def all(self) -> tuple[Task, ...]:
        async with self.uow() as tx:
            listing = Listing(where=(eq("queue", self.queue),), limit=1000)
            return (await tx[Task].page(listing)).items


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(place: Place) -> AsyncIterator[tuple[TaskStore, RecordedUnitOfWork]]:
    async with prepared(place, REGISTRY) as backend:
        yield (
            backend.tasks(),
            RecordedUnitOfWork(backend, REGISTRY, SystemClock(), Uuid7Ids()),
        )


@pytest.fixture
def yard(shared: tuple[TaskStore, RecordedUnitOfWork]) -> Yard:
    return Yard(*shared)


def ended(task: Task, status: TaskStatus = TaskStatus.SUCCEEDED, **more: Any) -> Outcome:
    return Outcome(task.id, task.fence, status, task.attempts, **more)


async def test_a_task_is_held_by_whoever_takes_it(yard: Yard) -> None:
    (task_id,) = await yard.add(payload=JsonObject({"name": "Ada"}))

    (taken,) = await yard.claim(worker="here")

    assert taken == await yard.get(task_id)
    assert (taken.status, taken.ready) == (TaskStatus.RUNNING, False)
    assert (taken.attempts, taken.fence, taken.version) == (1, 1, 2)
    assert taken.lease_owner is not None
    assert taken.lease_owner.startswith("here")
    assert taken.lease_until is not None
    assert taken.started_at is not None
    held = taken.lease_until - taken.started_at
    assert LEASE - timedelta(seconds=1) < held < LEASE + timedelta(seconds=1)
    assert taken.payload == {"name": "Ada"}
    assert await yard.claim() == []


async def test_the_oldest_of_a_lane_comes_first_and_no_more_than_wanted(yard: Yard) -> None:
    added = await yard.add(count=5)

    taken = await yard.claim(most=3)

    assert [task.id for task in taken] == added[:3]
    assert [task.id for task in await yard.claim()] == added[3:]


async def test_many_who_take_at_once_get_each_task_once(yard: Yard) -> None:
    added = await yard.add(count=60)

    async def take(worker: str) -> list[Task]:
        got: list[Task] = []
        while more := await yard.claim(most=4, worker=worker):
            got += more
        return got

    found = await asyncio.gather(*(take(f"w{number}") for number in range(5)))

    assert Counter(task.id for got in found for task in got) == Counter(added)


async def test_lanes_take_turns(yard: Yard) -> None:
    await yard.add("crowd", 50)
    await yard.add("someone", 1)
    await yard.add("somebody", 2)

    taken = await yard.claim(most=6)

    lanes = Counter(task.lane for task in taken)
    assert lanes["someone"] == 1
    assert lanes["somebody"] == 2
    assert 2 <= lanes["crowd"] <= 3


async def test_where_lanes_are_many_the_next_claim_goes_on_after_the_last(yard: Yard) -> None:
    for lane in "abcde":
        await yard.add(lane, 2)

    first = {task.lane for task in await yard.claim(most=2)}
    second = {task.lane for task in await yard.claim(most=2, after="b")}
    third = {task.lane for task in await yard.claim(most=2, after="d")}

    assert (first, second, third) == ({"a", "b"}, {"c", "d"}, {"e", "a"})


async def test_a_lane_that_has_enough_is_passed_over(yard: Yard) -> None:
    await yard.add("busy", 5)
    await yard.add("idle", 1)

    taken = await yard.claim(passing=("busy",))

    assert [task.lane for task in taken] == ["idle"]


async def test_queues_are_apart(yard: Yard, shared: tuple[TaskStore, RecordedUnitOfWork]) -> None:
    await yard.add()

    assert await Yard(*shared).claim() == []


async def test_a_success_is_the_end(yard: Yard) -> None:
    await yard.add(dedupe_key="one")
    (task,) = await yard.claim()

    result = JsonObject({"rows": 3, "note": "naïve “quotes” \\ and $names"})
    await yard.tasks.finish([ended(task, result=result, progress=100, stage="done")])

    after = await yard.get(task.id)
    assert (after.status, after.progress, after.stage) == (TaskStatus.SUCCEEDED, 100, "done")
    assert after.result == result
    assert after.finished_at is not None
    assert (after.lease_owner, after.lease_until, after.dedupe_key) == (None, None, None)
    assert await yard.claim() == []


async def test_what_is_to_be_tried_again_waits_for_its_time(yard: Yard) -> None:
    await yard.add(dedupe_key="two")
    (task,) = await yard.claim()

    again = ended(task, TaskStatus.QUEUED, pause=timedelta(milliseconds=300), error="no: $luck")
    await yard.tasks.finish([again])

    waiting = await yard.get(task.id)
    assert (waiting.status, waiting.ready) == (TaskStatus.QUEUED, False)
    assert (waiting.error, waiting.dedupe_key) == ("no: $luck", "two")
    await yard.tasks.wake()
    assert await yard.claim() == []
    await asyncio.sleep(0.35)
    await yard.tasks.wake()
    (once_more,) = await yard.claim()
    assert (once_more.id, once_more.attempts) == (task.id, 2)
    assert once_more.fence > task.fence


async def test_what_is_handed_back_is_ready_at_once(yard: Yard) -> None:
    await yard.add()
    (task,) = await yard.claim()

    await yard.tasks.finish([Outcome(task.id, task.fence, TaskStatus.QUEUED, attempts=0)])

    (again,) = await yard.claim()
    assert (again.id, again.attempts) == (task.id, 1)


async def test_many_outcomes_are_written_at_once_each_its_own(yard: Yard) -> None:
    await yard.add(count=3)
    first, second, third = await yard.claim()

    await yard.tasks.finish(
        [
            ended(first, result=JsonObject({"n": 1})),
            ended(second, TaskStatus.FAILED, error="no"),
            ended(third, TaskStatus.CANCELLED),
        ]
    )

    found = {task.id: task for task in await yard.all()}
    assert found[first.id].result == {"n": 1}
    assert (found[second.id].status, found[second.id].error) == (TaskStatus.FAILED, "no")
    assert found[third.id].status is TaskStatus.CANCELLED


async def test_who_lives_keeps_what_it_holds(yard: Yard) -> None:
    await yard.add()
    (task,) = await yard.claim(lease=timedelta(milliseconds=200))

    held = await yard.tasks.renew([Pulse(task.id, task.fence, 40, "counting")], LEASE)
    await asyncio.sleep(0.25)
    await yard.tasks.wake()

    assert held == {task.id: False}
    assert await yard.claim() == []
    now = await yard.get(task.id)
    assert (now.progress, now.stage, now.version) == (40, "counting", task.version)


async def test_who_falls_silent_loses_what_it_holds(yard: Yard) -> None:
    await yard.add()
    (task,) = await yard.claim(lease=MOMENT)
    await asyncio.sleep(0.02)

    await yard.tasks.wake()
    (taken_over,) = await yard.claim(worker="b")
    await yard.tasks.finish([ended(task, result=JsonObject({"late": True}))])

    assert (taken_over.id, taken_over.attempts) == (task.id, 2)
    assert taken_over.fence > task.fence
    assert await yard.tasks.renew([Pulse(task.id, task.fence, 1, None)], LEASE) == {}
    assert await yard.get(task.id) == taken_over


async def test_a_worker_hears_that_its_task_is_given_up(yard: Yard) -> None:
    await yard.add()
    (task,) = await yard.claim()
    async with yard.uow() as tx:
        await tx[Task].save(task.cancelled(SystemClock().now()))

    assert await yard.tasks.renew([Pulse(task.id, task.fence, 0, None)], LEASE) == {task.id: True}


@pytest.mark.parametrize("pause", [timedelta(), timedelta(hours=1)])
async def test_what_is_given_up_while_its_attempt_fails_is_given_up_at_once(
    yard: Yard, pause: timedelta
) -> None:
    await yard.add()
    (task,) = await yard.claim()
    async with yard.uow() as tx:
        await tx[Task].save(task.cancelled(SystemClock().now()))

    await yard.tasks.finish([ended(task, TaskStatus.QUEUED, pause=pause)])
    (again,) = await yard.claim()
    await yard.tasks.finish([ended(again, TaskStatus.CANCELLED)])

    assert again.cancel_requested
    assert not (await yard.get(task.id)).cancel_requested


async def test_a_task_that_was_cancelled_while_it_waited_is_not_taken(yard: Yard) -> None:
    (task_id,) = await yard.add()
    async with yard.uow() as tx:
        await tx[Task].save((await tx[Task].get(task_id)).cancelled(SystemClock().now()))

    await yard.tasks.wake()

    assert await yard.claim() == []


async def test_of_one_kind_and_key_only_one_is_unfinished(yard: Yard) -> None:
    key = yard.ids.new().hex
    await yard.add(dedupe_key=key)
    with pytest.raises(AlreadyExists):
        await yard.add(dedupe_key=key)

    (task,) = await yard.claim()
    await yard.tasks.finish([ended(task)])

    assert len(await yard.add(dedupe_key=key)) == 1


async def test_nothing_to_hold_and_nothing_to_end_is_no_fault(yard: Yard) -> None:
    await yard.add()
    (task,) = await yard.claim()
    async with yard.uow() as tx:
        await tx[Task].purge(any_of("id", (task.id,)))

    assert await yard.tasks.renew([Pulse(task.id, task.fence, 0, None)], LEASE) == {}
    await yard.tasks.finish([ended(task)])
