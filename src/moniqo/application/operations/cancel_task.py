"""Giving a task up."""

from dataclasses import dataclass

from moniqo.application.identity.principal import Principal
from moniqo.application.operations.report_terms import REPORT_USERS
from moniqo.application.operations.task_access import MAY_CANCEL, reached
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.operations.task import Task, TaskId
from moniqo.domain.shared.errors import RuleViolated

CANCELLABLE = frozenset({REPORT_USERS})
"""Kinds of tasks that are all there is of what they do. Behind others stands a row of its own."""


@dataclass(frozen=True, slots=True)
class CancelTask:
    """Cancel one's own task, or with `tasks:write` anybody's.

    One that waits ends at once, one that is being done within a second or two. Asking again
    changes nothing; somebody who works on it never keeps the caller from it.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, caller: Principal, task_id: TaskId) -> None:
        """Raises `NotFound`; `RuleViolated` once it has ended, or for what is not cancelled so."""
        await settled(lambda: self._cancel(caller, task_id))

    async def _cancel(self, caller: Principal, task_id: TaskId) -> None:
        async with self.uow() as tx:
            task = await reached(tx, caller, task_id, MAY_CANCEL)
            if task.kind not in CANCELLABLE:
                raise RuleViolated("A task of this kind cannot be cancelled by itself.")
            cancelled = task.cancelled(self.clock.now())
            if task.cancel_requested and not cancelled.is_final:
                return
            await tx[Task].save(cancelled)
            row = audit_entry(
                self.ids.new(),
                AuditAction.UPDATE,
                entity=("Task", task_id),
                description=f"{task.kind} cancelled",
            )
            await tx[AuditLog].add(row)
