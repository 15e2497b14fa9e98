"""Giving up tasks that were tried in vain."""

from collections.abc import Sequence
from dataclasses import dataclass

from moniqo.application.operations.dead_letters import told
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Ids
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.operations.task import Task, TaskId


@dataclass(frozen=True, slots=True)
class DropTasks:
    """Delete tasks that failed, for good.

    All or none: raises `NotFound`, `RuleViolated` if one has not failed, `StaleVersion` if somebody
    else deals with one at the same moment. Each is audited, with why it failed.
    """

    uow: UnitOfWork
    ids: Ids

    async def __call__(self, *, task_ids: Sequence[TaskId]) -> None:
        """Drop them."""
        async with self.uow() as tx:
            for task_id in task_ids:
                failed = await tx[Task].get(task_id)
                failed.require_failed()
                # Removed first, so that whoever tries it again at the same moment learns of it.
                await tx[Task].remove(failed)
                await tx[Task].purge(eq("id", task_id))
                row = told(self.ids.new(), AuditAction.DELETE, failed, f"dropped: {failed.error}")
                await tx[AuditLog].add(row)
