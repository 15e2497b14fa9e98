"""Tasks that were tried in vain, and wait for somebody to look at them."""

from uuid import UUID

from moniqo.application.shared.query import Condition, eq
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.operations.task import Task, TaskStatus

AT_ONCE = 500
"""So many are dealt with in one transaction."""


def failed(kind: str | None) -> tuple[Condition, ...]:
    """Those of a kind, or of any."""
    of_kind = () if kind is None else (eq("kind", kind),)
    return (eq("status", TaskStatus.FAILED), *of_kind)


def told(row_id: UUID, action: AuditAction, task: Task, what: str) -> AuditLog:
    """The audit entry of what an operator did with one."""
    return audit_entry(row_id, action, entity=("Task", task.id), description=f"{task.kind} {what}")
