"""Tasks as workers see them: taken, held and ended many at a time, on the store's own clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Protocol

from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes up to `most` tasks of a queue, and for how long.

    Lanes take turns: those that follow `after` come first, `passing` are left out.
    """

    queue: str
    most: int
    worker: str
    lease: timedelta
    after: str = ""
    passing: Collection[str] = ()


class Pulse(NamedTuple):
    """A task that is still at work, and how far it is."""

    task_id: TaskId
    fence: int
    progress: int
    stage: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt at a task that was taken as `fence` has ended.

    Queued again it is due after `pause`, or at once if it is to be given up; nothing of a task that
    has ended is due any more.
    """

    task_id: TaskId
    fence: int
    status: TaskStatus
    attempts: int
    progress: int = 0
    stage: str | None = None
    pause: timedelta = timedelta()
    result: JsonObject | None = None
    error: str | None = None


class TaskStore(Protocol):
    """What workers do with tasks; nothing of it changes a task that somebody else took since.

    Raises `Unavailable` and no exception of a driver.
    """

    async def claim(self, claim: Claim) -> list[Task]:
        """Take tasks that are ready, each lane's by their due time; what nobody else took."""

    async def renew(self, pulses: Sequence[Pulse], lease: timedelta) -> Mapping[TaskId, bool]:
        """Hold them for another lease; those that are still held, and whether to give each up."""

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        """Write how attempts have ended. One that somebody else took since stays as it is."""

    async def wake(self) -> int:
        """Make ready what is due by now, or was held by a worker that fell silent; how many.

        At most `WOKEN` at a time.
        """


WOKEN = 1_000
"""Tasks that one call of `wake` makes ready."""


def shares(lanes: Sequence[str], most: int) -> list[tuple[str, int]]:
    """How many tasks to take of each lane, `most` in all and at least one of each."""
    share, more = divmod(most, len(lanes)) if lanes else (0, 0)
    return [(lane, share + (at < more)) for at, lane in enumerate(lanes)]
