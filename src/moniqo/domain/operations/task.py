"""Work that goes on after the answer, or at its time."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NewType, Self
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import NoLongerHeld, RuleViolated
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.shared.types import JsonObject

TaskId = NewType("TaskId", UUID)
Fence = Annotated[int, Range(least=0)]


class TaskStatus(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (TaskStatus.QUEUED, TaskStatus.RUNNING)


def _nothing() -> JsonObject:
    return JsonObject({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Entity):
    """Something to be done once, at `due_at` or soon after, by whichever worker takes it first.

    The row is all there is of it: whoever may be told of it, and however often, it is taken from
    here. A worker holds it up to `lease_until` and says so again while it works; each time that it
    is taken `fence` grows, and what is written by an earlier holder is refused. `ready` says
    that it can be taken now. Tasks of one `lane` (an owner's, or those of one kind where nobody
    owns them) take turns with those of the others. While one is unfinished there is no second of
    its kind with its `dedupe_key`. `steps` holds what its steps have done so far, by their names.
    """

    id: TaskId
    kind: Annotated[str, Length(1, 100)]
    queue: Annotated[str, Length(1, 50)]
    lane: Annotated[str, Length(1, 100)]
    due_at: datetime
    owner_id: UserId | None = None
    payload: JsonObject = field(default_factory=_nothing)
    dedupe_key: Annotated[str, Length(1, 200)] | None = None
    status: TaskStatus = TaskStatus.QUEUED
    ready: bool = True
    attempts: Annotated[int, Range(least=0)] = 0
    fence: Fence = 0
    lease_owner: Annotated[str, Length(1, 100)] | None = None
    lease_until: datetime | None = None
    cancel_requested: bool = False
    progress: Annotated[int, Range(least=0, most=100)] = 0
    stage: Annotated[str, Length(1, 100)] | None = None
    steps: JsonObject = field(default_factory=_nothing)
    result: JsonObject | None = None
    error: Annotated[str, Length(1, 2000)] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.status not in UNFINISHED

    def require_held(self, fence: int) -> None:
        """Raise `NoLongerHeld` unless who took it as `fence` still holds it."""
        if self.status is not TaskStatus.RUNNING or self.fence != fence:
            raise NoLongerHeld("The task was taken over by another worker.")

    def stepped(self, name: str, outcome: JsonObject) -> Self:
        """With what a step of it has done."""
        return self.with_(steps=JsonObject({**self.steps, name: outcome}))

    def cancelled(self, now: datetime) -> Self:
        """Given up: at once if nobody works on it, else as soon as its worker hears of it.

        Raises `RuleViolated` once it has ended.
        """
        if self.is_final:
            raise RuleViolated(f"The task has ended already: it is {self.status}.")
        if self.status is TaskStatus.RUNNING:
            return self.with_(cancel_requested=True)
        return self.with_(
            status=TaskStatus.CANCELLED,
            ready=False,
            fence=self.fence + 1,
            dedupe_key=None,
            finished_at=now,
        )

    def require_failed(self) -> None:
        """Raise `RuleViolated` unless it failed: all others are dealt with by themselves."""
        if self.status is not TaskStatus.FAILED:
            raise RuleViolated(f"The task has not failed: it is {self.status}.")

    def retried(self, now: datetime) -> Self:
        """To be done after all, from the first attempt on; what its steps did stays done.

        Raises `RuleViolated` unless it failed.
        """
        self.require_failed()
        return self.with_(
            status=TaskStatus.QUEUED,
            ready=True,
            due_at=now,
            attempts=0,
            error=None,
            finished_at=None,
        )
