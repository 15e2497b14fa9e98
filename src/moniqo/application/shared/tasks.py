"""Work that goes on after the answer: how it is wanted, and what it gets to work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from moniqo.application.shared.persistence import Transaction
from moniqo.domain.operations.task import Task, TaskId
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import Invalid, Unavailable, Undeliverable
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject

T = TypeVar("T")

WORK = "work"
"""The name by which tasks are looked after."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task to be done, and not before `due_at`.

    While one of its kind with the same `dedupe_key` is unfinished there is no second.
    """

    kind: str
    owner_id: UserId | None = None
    payload: JsonObject = field(default_factory=lambda: JsonObject({}))
    dedupe_key: str | None = None
    due_at: datetime | None = None


class TaskQueue(Protocol):
    """Has tasks done, each at least once, by any process that works."""

    async def add(self, tx: Transaction, wanted: Wanted) -> Task:
        """The task, which is begun once this transaction is committed.

        It is the unfinished one of this kind and key, if there is one. Raises `AlreadyExists` if
        somebody else adds that one at the same moment.
        """


Step = Callable[[Transaction], Awaitable[JsonObject]]
Effect = Callable[[str], Awaitable[JsonObject]]


class TaskContext(Protocol):
    """A task in the hands of who does it. It may have been begun before and not have ended.

    What is written goes through `step`, what leaves the machine through `effect`: neither is
    done again once it is done, and both raise `NoLongerHeld` when somebody else does the task.
    No step is done any more of a task that was cancelled.
    """

    @property
    def task(self) -> Task:
        """As it was taken."""

    def progress(self, percent: int, stage: str | None = None) -> None:
        """How far it is, 0 to 100; stored within a second or two."""

    def done(self, name: str) -> JsonObject | None:
        """What a step or an effect of that name has answered, if it is done already."""

    async def step(self, name: str, do: Step) -> JsonObject:
        """What `do` writes is committed together with its answer, once; then the answer."""

    async def effect(self, name: str, do: Effect) -> JsonObject:
        """What `do` answers, remembered.

        Its argument is a key that is always the same for this effect of this task. That it was
        about to be tried is committed first: if it is not known how that ended, `do` is called
        again with the same key, by which the other side knows it.
        """


TaskHandler = Callable[[TaskContext], Awaitable[JsonObject | None]]
"""Does a task of one kind; its answer is the task's result.

What it raises is tried again later, save `Undeliverable`, which would never succeed, and `GivenUp`,
which nobody wants any more.
"""


def wanted_as(context: TaskContext, shape: type[T]) -> T:
    """The payload, as what wanted the task wrote it; raises `Undeliverable` if it is none such."""
    try:
        return decode(shape, dict(context.task.payload))
    except Invalid as problem:
        raise Undeliverable(f"The payload cannot be read: {problem.message}") from problem


class NotYet(Unavailable):
    """The task cannot be done now, through no fault: it is tried again, as if for the first time.

    `retry_after` says in how many seconds.
    """


def not_before(pause: timedelta) -> NotYet:
    """Raised to have the task again after `pause`."""
    return NotYet("It is not the time yet.", retry_after=max(1, round(pause.total_seconds())))


def key_of(task_id: TaskId, effect: str) -> str:
    """By what the other side knows an effect of a task."""
    return f"{task_id}:{effect}"
