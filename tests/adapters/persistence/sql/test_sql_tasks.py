"""Workers that find nothing to do are in nobody's way."""

import asyncio
from datetime import timedelta

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.sql.backend import SqlBackend
from moniqo.adapters.persistence.task_store import Claim
from moniqo.adapters.system import SystemClock, Uuid7Ids
from moniqo.domain.operations.task import Task, TaskId


async def test_to_look_for_tasks_where_there_are_none_waits_for_nobody_who_writes(
    migrated: SqlBackend,
) -> None:
    tasks, now = migrated.tasks(), SystemClock().now()
    uow = RecordedUnitOfWork(migrated, REGISTRY, SystemClock(), Uuid7Ids())
    task = Task(id=TaskId(Uuid7Ids().new()), kind="a", queue="default", lane="a", due_at=now)
    claim = Claim("default", 10, "a", timedelta(seconds=6))

    async with uow() as tx:
        await tx[Task].add(task)
        async with asyncio.timeout(2):
            found = await tasks.wake(), await tasks.claim(claim)

    assert found == (0, [])
    assert [taken.id for taken in await tasks.claim(claim)] == [task.id]
