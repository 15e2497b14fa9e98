"""Tasks as they are shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from moniqo.application.shared.views import view
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.errors import AppError
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject

OUR_FAULT = "Something went wrong on our side."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task for whoever wants to know how far it is: nothing of how it is done.

    `progress` is 0 to 100, `stage` what it is at. A task that runs with `cancel_requested` ends
    in a moment. `error` says why the last attempt was in vain.
    """

    id: TaskId
    version: int
    kind: str
    owner_id: UserId | None
    status: TaskStatus
    progress: int
    stage: str | None
    result: JsonObject | None
    error: str | None
    attempts: int
    cancel_requested: bool
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


def task_view(task: Task) -> TaskView:
    """What is shown of a task."""
    return view(TaskView, task, error=_told(task.error))


def _told(error: str | None) -> str | None:
    """The words of a refusal; of any other failure only that there was one."""
    if error is None:
        return None
    kind, colon, words = error.partition(": ")
    if not colon:
        return error
    return words if kind in _REFUSALS else OUR_FAULT


def _named(kind: type[AppError]) -> Iterator[str]:
    yield kind.__name__
    for narrower in kind.__subclasses__():
        yield from _named(narrower)


_REFUSALS = frozenset(_named(AppError))
