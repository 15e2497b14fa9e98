"""Workers that find nothing to do are in nobody's way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import asyncpg

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.sql import open_sql
from moniqo.adapters.persistence.sql.backend import SqlBackend
from moniqo.adapters.persistence.task_store import Claim, Outcome, Pulse
from moniqo.adapters.system import SystemClock, Uuid7Ids
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from support.servers import fresh_postgres

MANY, ROUNDS = 5_000, 10


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


async def test_however_many_tasks_wait_none_is_read_but_those_taken(
    server_url: Callable[[str], str],
) -> None:
    """What was planned when the table was small is not kept; PostgreSQL counts what is read."""
    async with fresh_postgres(server_url("postgres")) as url:
        backend = open_sql(url, REGISTRY)
        await backend.migrate()
        await _worked(backend, ready=MANY // 10)
        await _worked(backend, ready=MANY)
        await backend.close()
        read = await _read_in_sequence(url)

    assert read < ROUNDS * MANY


async def _worked(backend: SqlBackend, *, ready: int) -> None:
    """So many tasks are added; some are taken, held and ended, as often as makes a plan be kept."""
    tasks, ids, now = backend.tasks(), Uuid7Ids(), SystemClock().now()
    async with RecordedUnitOfWork(backend, REGISTRY, SystemClock(), ids)() as tx:
        await tx[Task].add_many(
            [
                Task(id=TaskId(ids.new()), kind="a", queue="default", lane=f"{at % 10}", due_at=now)
                for at in range(ready)
            ]
        )
    for _ in range(ROUNDS):
        await tasks.wake()
        taken = await tasks.claim(Claim("default", 20, "a", timedelta(seconds=6)))
        await tasks.renew(
            [Pulse(task.id, task.fence, 50, None) for task in taken], timedelta(seconds=6)
        )
        await tasks.finish(
            [Outcome(task.id, task.fence, TaskStatus.SUCCEEDED, task.attempts) for task in taken]
        )


async def _read_in_sequence(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        found = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'tasks'"
        return int(await connection.fetchval(found))
    finally:
        await connection.close()
