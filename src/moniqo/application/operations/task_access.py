"""Who may see a task, and who may cancel it: its owner, and operators."""

from moniqo.application.identity.principal import Principal
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.operations.task import Task, TaskId

MAY_READ, MAY_CANCEL = "tasks:read", "tasks:write"


async def reached(tx: Transaction, caller: Principal, task_id: TaskId, permission: str) -> Task:
    """The task, if it is the caller's or the permission is theirs; raises `NotFound`."""
    owned = () if caller.may(permission) else (eq("owner_id", caller.user_id),)
    return await tx[Task].get(task_id, *owned)
