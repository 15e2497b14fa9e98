"""Tasks as rows of the store."""

from collections.abc import Mapping
from dataclasses import dataclass

from moniqo.adapters.queue.kinds import DEFAULT
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import WORK, Wanted
from moniqo.domain.operations.task import Task, TaskId


@dataclass(frozen=True, slots=True)
class StoredTasks:
    """See `TaskQueue`. `queues` says where tasks of a kind wait, if not in the usual one."""

    clock: Clock
    ids: Ids
    queues: Mapping[str, str]

    async def add(self, tx: Transaction, wanted: Wanted) -> Task:
        """See `TaskQueue`."""
        kind, owner_id, now = wanted.kind, wanted.owner_id, self.clock.now()
        if wanted.dedupe_key is not None:
            same = eq("kind", kind), eq("dedupe_key", wanted.dedupe_key)
            found = await tx[Task].first(*same)
            if found is not None:
                return found
        task = Task(
            id=TaskId(self.ids.new()),
            kind=kind,
            queue=self.queues.get(kind, DEFAULT),
            lane=kind if owner_id is None else str(owner_id),
            due_at=wanted.due_at or now,
            owner_id=owner_id,
            payload=wanted.payload,
            dedupe_key=wanted.dedupe_key,
            ready=wanted.due_at is None or wanted.due_at <= now,
        )
        tx.ring(WORK)
        return await tx[Task].add(task)
