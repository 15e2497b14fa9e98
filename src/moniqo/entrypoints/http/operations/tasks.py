"""How far work is that goes on after the answer."""

from moniqo.application.identity.principal import Principal
from moniqo.application.operations.cancel_task import CancelTask
from moniqo.application.operations.get_task import GetTask
from moniqo.application.operations.task_views import TaskView
from moniqo.domain.operations.task import TaskId
from moniqo.entrypoints.http.endpoint import DELETE, GET, Controller, endpoint


class TaskController(Controller):
    """`/tasks`."""

    path = "/api/v1/tasks"
    tag = "Tasks"

    @endpoint(GET, "/{task_id}", summary="Get a task")
    async def fetch(self, caller: Principal, task_id: TaskId, get_task: GetTask) -> TaskView:
        """Your own; with `tasks:read` anybody's, which is audited."""
        return await get_task(caller=caller, task_id=task_id)

    @endpoint(DELETE, "/{task_id}", summary="Cancel a task", message="The task is cancelled.")
    async def cancel(self, caller: Principal, task_id: TaskId, cancel_task: CancelTask) -> None:
        """Your own; with `tasks:write` anybody's. What is being done ends within two seconds.

        Refused for what has ended, and for tasks behind which something else stands, such as runs.
        """
        await cancel_task(caller=caller, task_id=task_id)
