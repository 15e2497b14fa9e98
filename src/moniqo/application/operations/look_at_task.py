"""A task with everything that is known of it."""

from dataclasses import dataclass

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.operations.task import Task, TaskId


@dataclass(frozen=True, slots=True)
class LookAtTask:
    """Any task, whatever has become of it: for operators; raises `NotFound`."""

    uow: UnitOfWork

    async def __call__(self, *, task_id: TaskId) -> Task:
        """The task."""
        async with self.uow() as tx:
            return await tx[Task].get(task_id)
