"""Tasks from their being wanted to their end, by workers on one store."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.queue.kinds import TaskKind
from moniqo.adapters.queue.stored import StoredTasks
from moniqo.adapters.queue.worker import Terms, Worker
from moniqo.adapters.system import SystemClock, SystemRandomness, Uuid7Ids
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, eq
from moniqo.application.shared.retrying import RetryTerms
from moniqo.application.shared.tasks import TaskContext, TaskQueue, Wanted, not_before
from moniqo.domain.identity.role import Role
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.errors import GivenUp, NoLongerHeld, Undeliverable
from moniqo.domain.shared.ids import RoleId
from moniqo.domain.shared.types import JsonObject
from support.store import Place, prepared

NOTHING = JsonObject({})
MOMENT = timedelta(milliseconds=1)
SOON = RetryTerms(attempts=3, limit=timedelta(seconds=20), first_pause=MOMENT, longest_pause=MOMENT)
Handler = Callable[[TaskContext], Awaitable[JsonObject | None]]


class Workshop:
    """Workers for tasks of a kind of their own."""

    def __init__(self, backend: Backend) -> None:
        self.store, self.ids = backend.tasks(), Uuid7Ids()
        self.kind = f"k{self.ids.new().hex}"
        self.uow = RecordedUnitOfWork(backend, REGISTRY, SystemClock(), self.ids, audited=False)
        self.queue: TaskQueue = StoredTasks(SystemClock(), self.ids, {self.kind: self.kind})

    def worker(
        self,
        handler: Handler,
        *,
        places: int = 4,
        lease: timedelta = timedelta(seconds=30),
        terms: RetryTerms = SOON,
        known: bool = True,
    ) -> Worker:
        kinds = {self.kind: TaskKind(handler, self.kind, terms)} if known else {}
        name = self.ids.new().hex
        told = Terms(kinds, {self.kind: places}, name, lease)
        return Worker(self.store, self.uow, SystemRandomness(), told)

    async def want(self, **fields: object) -> TaskId:
        async with self.uow() as tx:
            return (await self.queue.add(tx, replace(Wanted(self.kind), **fields))).id

    async def crowd(self, lane: str, count: int) -> None:
        """So many tasks that somebody wants at once."""
        made = [
            Task(
                id=TaskId(self.ids.new()),
                kind=self.kind,
                queue=self.kind,
                lane=lane,
                due_at=SystemClock().now(),
            )
            for _ in range(count)
        ]
        async with self.uow() as tx:
            await tx[Task].add_many(made)

    async def get(self, task_id: TaskId) -> Task:
        async with self.uow() as tx:
            return await tx[Task].get(task_id)

    async def until(self, worker: Worker, task_id: TaskId, *statuses: TaskStatus) -> Task:
        async with asyncio.timeout(20):
            while (task := await self.get(task_id)).status not in statuses:
                await worker()
                await asyncio.sleep(0.01)
        return task

    async def done(self, worker: Worker, task_id: TaskId) -> Task:
        final = (TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.CANCELLED)
        return await self.until(worker, task_id, *final)

    async def named(self, name: str) -> int:
        async with self.uow() as tx:
            return len((await tx[Role].page(Listing(where=(eq("name", name),)))).items)

    def role(self, name: str) -> Role:
        return Role(id=RoleId(self.ids.new()), name=name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def backend(place: Place) -> AsyncIterator[Backend]:
    async with prepared(place, REGISTRY) as opened:
        yield opened


@pytest.fixture
def shop(backend: Backend) -> Workshop:
    return Workshop(backend)


async def nothing(_: TaskContext) -> None:
    """Does it at once."""


async def test_a_task_is_done_and_its_answer_kept(shop: Workshop) -> None:
    async def greet(context: TaskContext) -> JsonObject:
        return JsonObject({"greeting": f"Hello, {context.task.payload['name']}"})

    task_id = await shop.want(payload=JsonObject({"name": "Ada"}))
    await shop.worker(greet)()

    task = await shop.get(task_id)
    assert (task.status, task.progress) == (TaskStatus.SUCCEEDED, 100)
    assert task.result == {"greeting": "Hello, Ada"}


async def test_what_is_not_committed_is_no_task(shop: Workshop) -> None:
    with pytest.raises(RuntimeError):
        async with shop.uow() as tx:
            await shop.queue.add(tx, Wanted(shop.kind))
            raise RuntimeError

    assert await shop.store.wake() == 0
    async with shop.uow() as tx:
        assert await tx[Task].first(eq("kind", shop.kind)) is None


async def test_what_is_wanted_twice_while_it_waits_is_one_task(shop: Workshop) -> None:
    first = await shop.want(dedupe_key="daily")
    second = await shop.want(dedupe_key="daily")
    await shop.worker(nothing)()
    third = await shop.want(dedupe_key="daily")

    assert first == second != third


async def test_a_task_is_not_begun_before_its_time(shop: Workshop) -> None:
    due_at = SystemClock().now() + timedelta(milliseconds=400)
    task_id = await shop.want(due_at=due_at)
    worker = shop.worker(nothing)

    await worker()
    early = await shop.get(task_id)
    task = await shop.done(worker, task_id)

    assert early.status is TaskStatus.QUEUED
    assert task.started_at is not None
    assert task.started_at >= due_at - timedelta(milliseconds=50)


async def test_many_are_done_at_once_but_no_more_than_there_are_places(shop: Workshop) -> None:
    at_work, most, done = 0, 0, Counter[TaskId]()

    async def count(context: TaskContext) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.005)
        at_work -= 1
        done[context.task.id] += 1

    wanted = [await shop.want(owner_id=None) for _ in range(20)]
    await shop.worker(count, places=5)()

    assert most in {4, 5}
    assert done == Counter(wanted)


async def test_what_fails_is_tried_again_and_its_steps_are_done_once(shop: Workshop) -> None:
    keys: list[str] = []

    async def work(context: TaskContext) -> JsonObject:
        name = f"role of {context.task.id}"

        async def write(tx: Transaction) -> JsonObject:
            await tx[Role].add(shop.role(name))
            return JsonObject({"name": name})

        async def call(key: str) -> JsonObject:
            keys.append(key)
            if len(keys) == 1:
                raise RuntimeError("The line was cut.")
            return JsonObject({"answer": len(keys)})

        written = await context.step("write", write)
        answered = await context.effect("call", call)
        if context.task.attempts < 3:
            raise RuntimeError("Not this time.")
        return JsonObject({**written, **answered})

    worker = shop.worker(work)
    task = await shop.done(worker, await shop.want())

    assert task.status is TaskStatus.SUCCEEDED
    assert task.result == {"name": f"role of {task.id}", "answer": 2}
    assert keys == [f"{task.id}:call"] * 2
    assert await shop.named(f"role of {task.id}") == 1


async def test_a_step_that_fails_writes_nothing(shop: Workshop) -> None:
    async def work(context: TaskContext) -> None:
        async def write(tx: Transaction) -> JsonObject:
            await tx[Role].add(shop.role(f"half {context.task.id}"))
            raise Undeliverable("No.")

        await context.step("write", write)

    task = await shop.done(shop.worker(work), await shop.want())

    assert task.status is TaskStatus.FAILED
    assert await shop.named(f"half {task.id}") == 0


async def test_what_fails_too_often_is_parked_with_its_reason(shop: Workshop) -> None:
    async def fail(_: TaskContext) -> None:
        raise ValueError("The moon is in the way of ada@example.com.")

    task = await shop.done(shop.worker(fail), await shop.want())

    assert (task.status, task.attempts) == (TaskStatus.FAILED, 3)
    assert task.error == "ValueError: The moon is in the way of ***"


async def test_what_no_store_takes_harms_no_task_but_its_own(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    # What is logged of it goes from one process of the tests to another as UTF-8, too.
    caplog.set_level(logging.CRITICAL, "moniqo.adapters.queue")
    answers = {
        "sound": JsonObject({"n": 1}),
        "cut": JsonObject({"text": "a\0b"}),
        "half": JsonObject({"text": "\ud800"}),
        "strange": JsonObject({"text": object()}),
        "large": JsonObject({"text": "x" * 1_000_001}),
        # Handlers that break what they promise.
        "none": cast(JsonObject, 0),
        "list": cast(JsonObject, [{}]),
    }

    async def answer(context: TaskContext) -> JsonObject:
        context.progress(10, "st\0age \ud800")
        name = str(context.task.payload["name"])
        if name == "broken":
            raise Undeliverable("No\0 \ud800.")
        return answers[name]

    wanted = {
        name: await shop.want(payload=JsonObject({"name": name})) for name in (*answers, "broken")
    }
    await shop.worker(answer, places=20)()

    found = {name: await shop.get(task_id) for name, task_id in wanted.items()}
    assert found.pop("sound").result == {"n": 1}
    assert {task.status for task in found.values()} == {TaskStatus.FAILED}
    assert {task.stage for task in found.values()} == {"stage ?"}
    assert {task.error for task in found.values()} == {
        "Undeliverable: No ?.",
        "Its result cannot be stored.",
    }


async def test_what_would_never_succeed_is_not_tried_again(shop: Workshop) -> None:
    async def refuse(_: TaskContext) -> None:
        raise Undeliverable("There is no such address.")

    task = await shop.done(shop.worker(refuse), await shop.want())

    assert (task.status, task.attempts) == (TaskStatus.FAILED, 1)


async def test_what_nobody_wants_any_more_is_cancelled_and_troubles_no_operator(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(_: TaskContext) -> None:
        raise GivenUp("Who asked for it may not have it.")

    task = await shop.done(shop.worker(refuse), await shop.want())

    assert (task.status, task.attempts) == (TaskStatus.CANCELLED, 1)
    assert task.error == "GivenUp: Who asked for it may not have it."
    assert caplog.messages == []


async def test_a_task_of_a_kind_that_nobody_knows_is_parked(shop: Workshop) -> None:
    task = await shop.done(shop.worker(nothing, known=False), await shop.want())

    assert task.status is TaskStatus.FAILED
    assert task.error == "No worker knows tasks of this kind."


async def test_what_kills_its_workers_is_begun_so_often_and_no_more(shop: Workshop) -> None:
    task_id = await shop.want()
    async with shop.uow() as tx:
        await tx[Task].save((await tx[Task].get(task_id)).with_(attempts=3))

    task = await shop.done(shop.worker(nothing), task_id)

    assert (task.status, task.error) == (TaskStatus.FAILED, "It was begun too often.")


async def test_who_cannot_do_it_yet_uses_up_no_attempt(shop: Workshop) -> None:
    async def wait(_: TaskContext) -> None:
        raise not_before(timedelta(seconds=60))

    task_id = await shop.want()
    await shop.worker(wait)()

    task = await shop.get(task_id)
    assert (task.status, task.attempts, task.ready) == (TaskStatus.QUEUED, 0, False)
    assert task.due_at > SystemClock().now() + timedelta(seconds=50)


async def test_what_takes_too_long_is_cut_off(shop: Workshop) -> None:
    async def sleep(_: TaskContext) -> None:
        await asyncio.sleep(60)

    terms = replace(SOON, attempts=1, limit=timedelta(milliseconds=30))
    task = await shop.done(shop.worker(sleep, terms=terms), await shop.want())

    assert task.status is TaskStatus.FAILED
    assert task.error is not None
    assert task.error.startswith("TimeoutError")


async def test_a_long_task_is_kept_and_seen_to_move(shop: Workshop) -> None:
    go_on = asyncio.Event()

    async def count(context: TaskContext) -> None:
        context.progress(140, "counting")
        context.progress(40)
        await go_on.wait()

    task_id, lease = await shop.want(), timedelta(milliseconds=600)
    working = asyncio.create_task(shop.worker(count, lease=lease)())
    async with asyncio.timeout(20):
        while (task := await shop.get(task_id)).progress != 40:  # noqa: ASYNC110  (what is stored)
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.8)
    await shop.worker(nothing)()
    still = await shop.get(task_id)
    go_on.set()
    await working

    assert (task.status, task.stage) == (TaskStatus.RUNNING, "counting")
    assert (still.status, still.attempts) == (TaskStatus.RUNNING, 1)
    assert (await shop.get(task_id)).status is TaskStatus.SUCCEEDED


async def test_a_task_that_is_cancelled_is_cut_off(shop: Workshop) -> None:
    begun = asyncio.Event()

    async def sleep(_: TaskContext) -> None:
        begun.set()
        await asyncio.sleep(60)

    task_id = await shop.want()
    working = asyncio.create_task(shop.worker(sleep, lease=timedelta(milliseconds=900))())
    await begun.wait()
    async with shop.uow() as tx:
        await tx[Task].save((await tx[Task].get(task_id)).cancelled(SystemClock().now()))
    await asyncio.wait_for(working, 10)

    task = await shop.get(task_id)
    assert task.status is TaskStatus.CANCELLED
    assert task.finished_at is not None


async def test_what_was_cancelled_when_its_worker_died_is_not_begun_again(shop: Workshop) -> None:
    task_id = await shop.want()
    async with shop.uow() as tx:
        await tx[Task].save((await tx[Task].get(task_id)).with_(cancel_requested=True))

    task = await shop.done(shop.worker(nothing), task_id)

    assert task.status is TaskStatus.CANCELLED


async def test_who_lost_a_task_writes_nothing_more(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    begun, go_on, refused = asyncio.Event(), asyncio.Event(), []

    async def work(context: TaskContext) -> None:
        async def write(tx: Transaction) -> JsonObject:
            await tx[Role].add(shop.role(f"late {context.task.id}"))
            return NOTHING

        begun.set()
        await go_on.wait()
        try:
            await context.step("write", write)
        except NoLongerHeld:
            refused.append(context.task.fence)
            raise

    task_id = await shop.want()
    working = asyncio.create_task(shop.worker(work)())
    await begun.wait()
    async with shop.uow() as tx:
        held = await tx[Task].get(task_id)
        await tx[Task].save(held.with_(lease_until=SystemClock().now() - timedelta(seconds=9)))
    after = await shop.done(shop.worker(nothing), task_id)
    go_on.set()
    await working

    assert refused == [1]
    assert after.status is TaskStatus.SUCCEEDED
    assert await shop.get(task_id) == after
    assert await shop.named(f"late {task_id}") == 0
    assert "task failed and is tried again" not in caplog.messages


async def test_who_is_told_to_stop_hands_back_what_has_not_ended(shop: Workshop) -> None:
    begun = asyncio.Event()

    async def sleep(_: TaskContext) -> None:
        begun.set()
        await asyncio.sleep(60)

    task_id = await shop.want()
    worker = shop.worker(sleep)
    working = asyncio.create_task(worker())
    await begun.wait()
    await worker.close(0.01)
    await working
    handed_back = await shop.get(task_id)
    await worker()

    assert (handed_back.status, handed_back.ready) == (TaskStatus.QUEUED, True)
    assert handed_back.attempts == 0
    assert (await shop.get(task_id)).status is TaskStatus.QUEUED
    assert (await shop.done(shop.worker(nothing), task_id)).status is TaskStatus.SUCCEEDED


@pytest.mark.parametrize("length", ["ten milliseconds", "for ever"])
async def test_one_users_thousand_tasks_do_not_hold_up_anothers_one(
    shop: Workshop, length: str
) -> None:
    began, begun, enough = asyncio.Event(), asyncio.Event(), asyncio.Event()
    of_many = 0

    async def work(context: TaskContext) -> None:
        nonlocal of_many
        if context.task.lane == "one":
            begun.set()
            return
        of_many += 1
        if of_many == 12:
            began.set()
        await (enough.wait() if length == "for ever" else asyncio.sleep(0.01))

    await shop.crowd("many", 1000)
    worker = shop.worker(work, places=16)
    working = asyncio.create_task(worker())
    await asyncio.wait_for(began.wait(), 20)
    await shop.crowd("one", 1)
    wanted_at = time.monotonic()
    ringing = asyncio.create_task(worker())
    await asyncio.wait_for(begun.wait(), 20)
    waited = time.monotonic() - wanted_at
    await worker.close(0)
    await asyncio.gather(working, ringing)

    assert waited < 2
    assert of_many < 1000


@pytest.mark.parametrize("places", [1, 6])
async def test_of_many_owners_each_has_a_turn_before_anybody_has_a_third(
    shop: Workshop, places: int
) -> None:
    order: list[str] = []

    async def note(context: TaskContext) -> None:
        order.append(context.task.lane)

    lanes = [f"lane {number:02}" for number in range(20)]
    for lane in lanes:
        await shop.crowd(lane, 3)
    await shop.worker(note, places=places)()

    assert Counter(order) == dict.fromkeys(lanes, 3)
    thirds = [at for at, lane in enumerate(order) if order[: at + 1].count(lane) == 3]
    assert set(order[: min(thirds)]) == set(lanes)
