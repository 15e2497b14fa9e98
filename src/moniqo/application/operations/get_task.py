"""How far a task is."""

from dataclasses import dataclass

from moniqo.application.identity.principal import Principal
from moniqo.application.operations.task_access import MAY_READ, reached
from moniqo.application.operations.task_views import TaskView, task_view
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.shared.trail import read_entry
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.operations.task import TaskId


@dataclass(frozen=True, slots=True)
class GetTask:
    """One's own task, or with `tasks:read` anybody's, which leaves an audit row."""

    uow: UnitOfWork
    ids: Ids

    async def __call__(self, *, caller: Principal, task_id: TaskId) -> TaskView:
        """The task; raises `NotFound`."""
        async with self.uow() as tx:
            task = await reached(tx, caller, task_id, MAY_READ)
            if task.owner_id != caller.user_id:
                row = read_entry(self.ids.new(), entity=("Task", task_id), what=task.kind)
                await tx[AuditLog].add(row)
        return task_view(task)
