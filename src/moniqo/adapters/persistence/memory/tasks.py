"""What workers do with tasks, in memory."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.memory.session import MemorySession
from moniqo.adapters.persistence.task_store import WOKEN, Claim, Outcome, Pulse, shares
from moniqo.application.shared.query import Condition, any_of, eq, lt
from moniqo.application.shared.system import Clock
from moniqo.domain.operations.task import Task, TaskId, TaskStatus

_SOON = timedelta(microseconds=1)


class MemoryTasks:
    """See `TaskStore`."""

    def __init__(
        self, session: Callable[[], MemorySession], collection: Collection[Task], clock: Clock
    ) -> None:
        self._session, self._collection, self._clock = session, collection, clock

    async def claim(self, claim: Claim) -> list[Task]:
        """See `TaskStore`."""
        async with self._writing() as session:
            free = await self._found(session, eq("queue", claim.queue), eq("ready", True))
            lanes: dict[str, list[Task]] = {}
            for task in sorted(free, key=lambda it: (it.lane <= claim.after, it.lane, it.due_at)):
                if task.lane not in claim.passing:
                    lanes.setdefault(task.lane, []).append(task)
            wanted = shares(list(lanes)[: claim.most], claim.most)
            chosen = [task for lane, most in wanted for task in lanes[lane][:most]]
            return [await self._put(session, task, **self._taken(task, claim)) for task in chosen]

    def _taken(self, task: Task, claim: Claim) -> dict[str, object]:
        now = self._clock.now()
        return {
            "status": TaskStatus.RUNNING,
            "ready": False,
            "attempts": task.attempts + 1,
            "fence": task.fence + 1,
            "lease_owner": claim.worker,
            "lease_until": now + claim.lease,
            "started_at": task.started_at or now,
        }

    async def renew(self, pulses: Sequence[Pulse], lease: timedelta) -> Mapping[TaskId, bool]:
        """See `TaskStore`."""
        until, held = self._clock.now() + lease, {}
        async with self._writing() as session:
            for pulse, task in await self._held(session, pulses):
                held[task.id] = task.cancel_requested
                fields = {"progress": pulse.progress, "stage": pulse.stage, "lease_until": until}
                await session.update(self._collection, task.stamped(**fields), task.version)
        return held

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        """See `TaskStore`."""
        async with self._writing() as session:
            for outcome, task in await self._held(session, outcomes):
                await self._put(session, task, **self._ended(task, outcome))

    def _ended(self, task: Task, outcome: Outcome) -> dict[str, object]:
        now, again = self._clock.now(), outcome.status is TaskStatus.QUEUED
        return {
            "status": outcome.status,
            "ready": again and (not outcome.pause or task.cancel_requested),
            "due_at": now + outcome.pause,
            "attempts": outcome.attempts,
            "progress": outcome.progress,
            "stage": outcome.stage,
            "result": outcome.result,
            "error": outcome.error,
            "cancel_requested": again and task.cancel_requested,
            "dedupe_key": task.dedupe_key if again else None,
            "finished_at": None if again else now,
            "lease_owner": None,
            "lease_until": None,
        }

    async def wake(self) -> int:
        """See `TaskStore`."""
        by_now = self._clock.now() + _SOON
        async with self._writing() as session:
            due = eq("status", TaskStatus.QUEUED), eq("ready", False), lt("due_at", by_now)
            abandoned = eq("status", TaskStatus.RUNNING), lt("lease_until", by_now)
            found = [*await self._found(session, *due), *await self._found(session, *abandoned)]
            for task in found[:WOKEN]:
                freed = {"lease_owner": None, "lease_until": None, "fence": task.fence + 1}
                await self._put(session, task, status=TaskStatus.QUEUED, ready=True, **freed)
        return len(found[:WOKEN])

    async def _held(
        self, session: MemorySession, marks: Sequence[Pulse] | Sequence[Outcome]
    ) -> Iterable[tuple[Any, Task]]:
        found = await self._found(session, any_of("id", tuple(mark.task_id for mark in marks)))
        tasks = {(task.id, task.fence): task for task in found}
        pairs = ((mark, tasks.get((mark.task_id, mark.fence))) for mark in marks)
        return [(mark, task) for mark, task in pairs if task is not None]

    async def _found(self, session: MemorySession, *where: Condition) -> list[Task]:
        return await session.find(self._collection, Select(where=where))

    async def _put(self, session: MemorySession, task: Task, **fields: object) -> Task:
        now = self._clock.now()
        changed = task.stamped(**fields, version=task.version + 1, updated_at=now)
        await session.update(self._collection, changed, task.version)
        return changed

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[MemorySession]:
        session = self._session()
        try:
            yield session
            await session.commit()
        finally:
            await session.rollback()
