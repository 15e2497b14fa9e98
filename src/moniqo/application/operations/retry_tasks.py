"""Another attempt at tasks that were tried in vain."""

from collections.abc import Sequence
from dataclasses import dataclass

from moniqo.application.operations.dead_letters import told
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import WORK
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.operations.task import Task, TaskId


@dataclass(frozen=True, slots=True)
class RetryTasks:
    """Have tasks done after all, from the first attempt on; what their steps did stays done.

    All or none: raises `NotFound`, `RuleViolated` if one has not failed, `StaleVersion` if somebody
    else deals with one at the same moment. Each is audited.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, task_ids: Sequence[TaskId]) -> None:
        """They are ready to be taken from now on."""
        async with self.uow() as tx:
            for task_id in task_ids:
                failed = await tx[Task].get(task_id)
                await tx[Task].save(failed.retried(self.clock.now()))
                row = told(self.ids.new(), AuditAction.UPDATE, failed, "tried again")
                await tx[AuditLog].add(row)
            tx.ring(WORK)
