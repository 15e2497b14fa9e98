"""What a worker does where stores, tasks and the process itself do not behave."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.task_store import WOKEN, Claim, Outcome, Pulse
from moniqo.adapters.queue.endings import Endings
from moniqo.adapters.queue.kinds import TaskKind
from moniqo.adapters.queue.stored import StoredTasks
from moniqo.adapters.queue.worker import Terms, Worker
from moniqo.adapters.system import SystemClock, SystemRandomness, Uuid7Ids
from moniqo.application.shared.retrying import RetryTerms
from moniqo.application.shared.tasks import TaskContext, Wanted
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.errors import StaleVersion, Unavailable
from moniqo.domain.shared.types import JsonObject

Hook = Callable[[], Awaitable[object]]
LEASE = timedelta(seconds=30)
MOMENT = timedelta(milliseconds=1)
TERMS = RetryTerms(attempts=3, limit=timedelta(seconds=20), first_pause=MOMENT)


class Balky:
    """A store of tasks in memory; `before` has what comes before its calls, once each."""

    def __init__(self) -> None:
        backend = MemoryBackend(REGISTRY)
        self._tasks = backend.tasks()
        self.uow = RecordedUnitOfWork(backend, REGISTRY, SystemClock(), Uuid7Ids(), audited=False)
        self.before: dict[str, list[Hook]] = {}
        self.woken: list[int] = []

    async def _hooked(self, name: str) -> None:
        hooks = self.before.get(name)
        if hooks:
            await hooks.pop(0)()

    async def claim(self, claim: Claim) -> list[Task]:
        taken = await self._tasks.claim(claim)
        await self._hooked("claim")
        return taken

    async def renew(self, pulses: Sequence[Pulse], lease: timedelta) -> Mapping[TaskId, bool]:
        await self._hooked("renew")
        return await self._tasks.renew(pulses, lease)

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        await self._hooked("finish")
        await self._tasks.finish(outcomes)

    async def wake(self) -> int:
        found = await self._tasks.wake()
        return self.woken.pop() if self.woken else found


class Yard:
    """One store, and workers on it."""

    def __init__(self) -> None:
        self.store = Balky()

    def worker(
        self, handler: Callable[[TaskContext], Awaitable[JsonObject | None]], **more: Any
    ) -> Worker:
        terms = Terms({"task": TaskKind(handler, terms=TERMS)}, {"default": 4}, "a", LEASE)
        return Worker(self.store, self.store.uow, SystemRandomness(), replace(terms, **more))

    async def want(self) -> TaskId:
        queue = StoredTasks(SystemClock(), Uuid7Ids(), {})
        async with self.store.uow() as tx:
            return (await queue.add(tx, Wanted("task"))).id

    async def get(self, task_id: TaskId) -> Task:
        async with self.store.uow() as tx:
            return await tx[Task].get(task_id)


@pytest.fixture
def yard() -> Yard:
    return Yard()


def fails(problem: Exception) -> Hook:
    async def fail() -> None:
        raise problem

    return fail


async def nothing(_: TaskContext) -> None:
    """Done at once."""


@pytest.mark.parametrize("problem", [StaleVersion("A deadlock."), Unavailable("Away.")])
async def test_an_end_that_is_not_taken_is_told_again(yard: Yard, problem: Exception) -> None:
    task_id = await yard.want()
    yard.store.before["finish"] = [fails(problem)]

    await yard.worker(nothing)()

    assert (await yard.get(task_id)).status is TaskStatus.SUCCEEDED


async def test_an_end_that_cannot_be_told_leaves_nobody_waiting(
    yard: Yard, caplog: pytest.LogCaptureFixture
) -> None:
    first = await yard.want()
    yard.store.before["finish"] = [fails(TypeError("strange"))]
    worker = yard.worker(nothing)

    await asyncio.wait_for(worker(), 5)
    second = await yard.want()
    await worker()

    assert (await yard.get(first)).status is TaskStatus.RUNNING
    assert (await yard.get(second)).status is TaskStatus.SUCCEEDED
    assert "ended tasks could not be told" in caplog.messages


async def test_a_store_that_never_answers_is_away(yard: Yard) -> None:
    async def hang() -> None:
        await asyncio.sleep(60)

    yard.store.before["renew"] = [hang]

    with pytest.raises(Unavailable):
        await Endings(yard.store, timedelta(milliseconds=20)).renew([], LEASE)


async def test_whatever_is_wrong_with_the_store_the_worker_goes_on_saying_that_it_lives(
    yard: Yard,
) -> None:
    go_on = asyncio.Event()

    async def wait(_: TaskContext) -> None:
        await go_on.wait()

    async def last() -> None:
        go_on.set()

    task_id = await yard.want()
    yard.store.before["renew"] = [fails(StaleVersion("A deadlock.")), fails(KeyError("x")), last]
    working = asyncio.create_task(yard.worker(wait, lease=timedelta(seconds=0.9))())
    await asyncio.wait_for(working, 5)

    assert (await yard.get(task_id)).status is TaskStatus.SUCCEEDED


async def test_a_process_that_was_held_up_does_not_take_its_own_tasks_again(yard: Yard) -> None:
    begun = 0

    async def hold_up(_: TaskContext) -> None:
        nonlocal begun
        begun += 1
        time.sleep(0.3)  # noqa: ASYNC251  (that is what is wrong with it)
        await asyncio.sleep(0.05)

    task_id = await yard.want()
    worker = yard.worker(hold_up, lease=timedelta(seconds=0.2))

    await asyncio.gather(worker(), _after_a_moment(worker))

    task = await yard.get(task_id)
    assert (begun, task.status, task.attempts) == (1, TaskStatus.SUCCEEDED, 1)


async def _after_a_moment(worker: Worker) -> None:
    await asyncio.sleep(0.01)
    await worker()


async def test_what_is_cancelled_from_within_is_tried_again_with_its_reason(yard: Yard) -> None:
    async def cancel(context: TaskContext) -> None:
        if context.task.attempts == 1:
            raise asyncio.CancelledError("no more")

    task_id = await yard.want()
    worker = yard.worker(cancel)

    await worker()
    between = await yard.get(task_id)
    await asyncio.sleep(0.01)
    await worker()

    assert between.status is TaskStatus.QUEUED
    assert between.error == "RuntimeError: Cancelled from within. no more"
    assert (await yard.get(task_id)).status is TaskStatus.SUCCEEDED


async def test_a_task_that_does_not_let_go_holds_nobody_up(
    yard: Yard, caplog: pytest.LogCaptureFixture
) -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def cling(_: TaskContext) -> None:
        begun.set()
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

    await yard.want()
    worker = yard.worker(cling)
    working = asyncio.create_task(worker())
    await begun.wait()

    await asyncio.wait_for(worker.close(0.01, clearing=0.01), 5)
    let_go.set()
    await working

    assert "a task does not let go" in caplog.messages


async def test_what_is_taken_while_the_worker_closes_is_handed_back(yard: Yard) -> None:
    taken, closing = asyncio.Event(), asyncio.Event()

    async def pause() -> None:
        taken.set()
        await closing.wait()

    async def sleep(_: TaskContext) -> None:
        await asyncio.sleep(60)

    task_id = await yard.want()
    yard.store.before["claim"] = [pause]
    worker = yard.worker(sleep)
    working = asyncio.create_task(worker())
    await taken.wait()

    closed = asyncio.create_task(worker.close(0.05))
    await asyncio.sleep(0.01)
    closing.set()
    await asyncio.gather(closed, working)

    task = await yard.get(task_id)
    assert (task.status, task.ready, task.attempts) == (TaskStatus.QUEUED, True, 0)


async def test_a_claim_that_never_ends_keeps_no_worker_from_closing(yard: Yard) -> None:
    taken = asyncio.Event()

    async def hang() -> None:
        taken.set()
        await asyncio.sleep(60)

    await yard.want()
    yard.store.before["claim"] = [hang]
    worker = yard.worker(nothing)
    working = asyncio.create_task(worker())
    await taken.wait()

    await asyncio.wait_for(worker.close(0.01), 5)
    working.cancel()


async def test_who_has_ended_is_told_to_have_although_the_worker_closes(yard: Yard) -> None:
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def pause() -> None:
        writing.set()
        await go_on.wait()

    task_id = await yard.want()
    yard.store.before["finish"] = [pause]
    worker = yard.worker(nothing)
    working = asyncio.create_task(worker())
    await writing.wait()

    closed = asyncio.create_task(worker.close(0))
    await asyncio.sleep(0.01)
    go_on.set()
    await asyncio.gather(closed, working)

    assert (await yard.get(task_id)).status is TaskStatus.SUCCEEDED


async def test_a_sign_of_life_changes_nothing_of_what_has_ended(yard: Yard) -> None:
    async def late() -> None:
        # Meanwhile the worker comes to say that it lives, and waits for this.
        await asyncio.sleep(0.05)

    async def work(context: TaskContext) -> None:
        context.progress(40)

    task_id = await yard.want()
    yard.store.before["finish"] = [late]
    await yard.worker(work, lease=timedelta(seconds=0.06))()
    await asyncio.sleep(0.01)

    task = await yard.get(task_id)
    assert (task.status, task.progress) == (TaskStatus.SUCCEEDED, 100)
    assert task.lease_until is None


async def test_where_more_is_due_than_one_look_wakes_there_is_another_look(yard: Yard) -> None:
    yard.store.woken = [3, WOKEN]

    await yard.worker(nothing)()

    assert yard.store.woken == []


async def test_end_of_the_process_is_no_fault_of_a_task(
    yard: Yard, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def sleep(_: TaskContext) -> None:
        begun.set()
        await asyncio.sleep(60)

    task_id = await yard.want()
    working = asyncio.create_task(yard.worker(sleep)())
    await begun.wait()
    (run,) = [task for task in asyncio.all_tasks() if task.get_name() == "task"]
    with caplog.at_level(logging.WARNING):
        run.cancel()
        await working

    assert (await yard.get(task_id)).status is TaskStatus.RUNNING
    assert caplog.messages == []
