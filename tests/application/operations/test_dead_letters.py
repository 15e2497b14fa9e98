"""What was tried in vain waits until an operator retries or drops it."""

from datetime import timedelta
from typing import Any

import pytest

from moniqo.application.operations.drop_tasks import DropTasks
from moniqo.application.operations.list_dead_letters import ListDeadLetters
from moniqo.application.operations.look_at_task import LookAtTask
from moniqo.application.operations.retry_tasks import RetryTasks
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.errors import NotFound, RuleViolated
from support.desk import Desk


async def a_task(desk: Desk, **fields: Any) -> Task:
    """One that failed, unless changed; each later than the one before."""
    told = {
        "kind": "greet",
        "status": TaskStatus.FAILED,
        "ready": False,
        "attempts": 5,
        "error": "Unavailable: nobody is there",
        "finished_at": desk.clock.advance(seconds=1),
    }
    row = Task(
        id=TaskId(desk.ids.new()),
        queue="default",
        lane="greet",
        due_at=desk.clock.now() - timedelta(hours=1),
        **told | fields,
    )
    added: Task = await desk.add(row)
    return added


async def listed(desk: Desk, kind: str | None = None, limit: int = 10) -> list[TaskId]:
    page = await ListDeadLetters(desk.uow)(kind=kind, limit=limit)
    return [task.id for task in page.items]


async def retry(desk: Desk, *task_ids: TaskId) -> None:
    await RetryTasks(desk.uow, desk.clock, desk.ids)(task_ids=task_ids)


async def drop(desk: Desk, *task_ids: TaskId) -> None:
    await DropTasks(desk.uow, desk.ids)(task_ids=task_ids)


async def told(desk: Desk, task: Task) -> list[tuple[str, str]]:
    entries = await desk.all(AuditLog, eq("entity_id", task.id))
    return [(entry.action, entry.description) for entry in entries]


async def test_what_has_failed_is_listed_oldest_first_and_by_kind(desk: Desk) -> None:
    first, other = await a_task(desk), await a_task(desk, kind="wave")
    last = await a_task(desk)
    await a_task(desk, status=TaskStatus.SUCCEEDED)

    assert await listed(desk) == [first.id, other.id, last.id]
    assert await listed(desk, limit=1) == [first.id]
    assert await listed(desk, "wave") == [other.id]


async def test_any_task_can_be_looked_at(desk: Desk) -> None:
    task = await a_task(desk, status=TaskStatus.SUCCEEDED)

    assert await LookAtTask(desk.uow)(task_id=task.id) == task


async def test_a_task_is_tried_again_as_for_the_first_time(desk: Desk) -> None:
    task = await a_task(desk)

    await retry(desk, task.id)

    (again,) = await desk.all(Task)
    assert (again.status, again.ready, again.attempts) == (TaskStatus.QUEUED, True, 0)
    assert (again.error, again.due_at) == (None, desk.clock.now())
    assert await told(desk, task) == [("update", "greet tried again")]


async def test_a_task_is_dropped_for_good_and_the_trail_says_why(desk: Desk) -> None:
    task = await a_task(desk)

    await drop(desk, task.id)

    async with desk.uow() as tx:
        assert await tx[Task].first(eq("id", task.id), include_deleted=True) is None
    assert await told(desk, task) == [("delete", "greet dropped: Unavailable: nobody is there")]


@pytest.mark.parametrize("deal_with", [retry, drop])
async def test_all_of_them_are_dealt_with_or_none(desk: Desk, deal_with: Any) -> None:
    failed, waits = await a_task(desk), await a_task(desk, status=TaskStatus.QUEUED)

    with pytest.raises(RuleViolated, match="not failed"):
        await deal_with(desk, failed.id, waits.id)
    with pytest.raises(NotFound):
        await deal_with(desk, failed.id, TaskId(desk.ids.new()))

    assert await listed(desk) == [failed.id]
    assert await told(desk, failed) == []
