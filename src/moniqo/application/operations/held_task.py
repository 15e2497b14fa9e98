"""A task while it is done: steps and effects that are done once, whatever happens in between."""

from datetime import timedelta
from typing import cast

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.tasks import Effect, Step, key_of, not_before
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.types import JsonObject

_INTENT, _DONE = "intent", "done"


class HeldTask:
    """See `TaskContext`. `percent` and `stage` are what `progress` was told last."""

    def __init__(self, uow: UnitOfWork, task: Task) -> None:
        self._uow = uow
        self._task = task
        self._steps = task.steps
        self.percent, self.stage = task.progress, task.stage

    @property
    def task(self) -> Task:
        """See `TaskContext`."""
        return self._task

    def progress(self, percent: int, stage: str | None = None) -> None:
        """See `TaskContext`."""
        self.percent = max(0, min(percent, 100))
        self.stage = stage[:100] if stage else self.stage

    def done(self, name: str) -> JsonObject | None:
        """See `TaskContext`."""
        known = self._known(name)
        return _object(known[_DONE]) if _DONE in known else None

    async def step(self, name: str, do: Step) -> JsonObject:
        """See `TaskContext`."""
        known = self.done(name)
        if known is not None:
            return known
        return await settled(lambda: self._do(name, do))

    async def _do(self, name: str, do: Step) -> JsonObject:
        async with self._uow() as tx:
            # The task comes last: who holds its row waits for nothing any more.
            answer = await do(tx)
            held = await tx[Task].get(self._task.id)
            held.require_held(self._task.fence)
            if held.cancel_requested:
                # Whoever gave it up was told so. Taken once more it ends, as if by its worker.
                raise not_before(timedelta())
            marked = held.stepped(name, JsonObject({_DONE: answer}))
            await tx[Task].save(marked)
        self._steps = marked.steps
        return answer

    async def effect(self, name: str, do: Effect) -> JsonObject:
        """See `TaskContext`."""
        known = self.done(name)
        if known is not None:
            return known
        key = key_of(self._task.id, name)
        if _INTENT not in self._known(name):
            await self._mark(name, JsonObject({_INTENT: key}))
        answer = await do(key)
        await self._mark(name, JsonObject({_INTENT: key, _DONE: answer}))
        return answer

    async def _mark(self, name: str, outcome: JsonObject) -> None:
        self._steps = (await settled(lambda: self._marked(name, outcome))).steps

    async def _marked(self, name: str, outcome: JsonObject) -> Task:
        async with self._uow() as tx:
            held = await tx[Task].get(self._task.id)
            held.require_held(self._task.fence)
            return await tx[Task].save(held.stepped(name, outcome))

    def _known(self, name: str) -> JsonObject:
        return _object(self._steps.get(name) or {})


def _object(value: object) -> JsonObject:
    # Steps hold nothing but objects.
    return cast(JsonObject, value)
