"""What becomes of tasks that failed, from the command line."""

from collections.abc import Sequence
from uuid import UUID

from moniqo.application.operations.dead_letters import AT_ONCE
from moniqo.application.operations.drop_tasks import DropTasks
from moniqo.application.operations.list_dead_letters import ListDeadLetters
from moniqo.application.operations.retry_tasks import RetryTasks
from moniqo.domain.operations.task import TaskId
from moniqo.domain.shared.errors import Invalid
from moniqo.entrypoints.cli.session import session


async def dealt_with(
    use_case: type[RetryTasks | DropTasks],
    task_ids: Sequence[UUID],
    kind: str | None,
    *,
    every: bool,
) -> list[str]:
    """The ids of those that were named, all or none; with `every`, of all that had failed.

    Raises `Invalid` unless it is said which.
    """
    if bool(task_ids) is every or (task_ids and kind is not None):
        raise Invalid("Name the ids, or say --all (with --kind: all of that kind).")
    async with session() as container:
        deal_with = await container.get(use_case)
        if every:
            found = await _failed(await container.get(ListDeadLetters), kind)
        else:
            found = [TaskId(task_id) for task_id in dict.fromkeys(task_ids)]
        for begin in range(0, len(found), AT_ONCE):
            await deal_with(task_ids=found[begin : begin + AT_ONCE])
    return list(map(str, found))


async def _failed(list_dead: ListDeadLetters, kind: str | None) -> list[TaskId]:
    """Those that have failed by now; one that fails again meanwhile is not dealt with again."""
    found: list[TaskId] = []
    cursor = None
    while True:
        page = await list_dead(kind=kind, limit=AT_ONCE, cursor=cursor)
        found += [task.id for task in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
