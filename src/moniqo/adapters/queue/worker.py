"""What does tasks: it takes them, says that it lives, and writes how they ended."""

import asyncio
import logging
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from moniqo.adapters.persistence.task_store import WOKEN, TaskStore
from moniqo.adapters.queue.attempt import Attempt, Stop
from moniqo.adapters.queue.desk import Desk
from moniqo.adapters.queue.endings import Endings
from moniqo.adapters.queue.kinds import TaskKinds
from moniqo.application.operations.held_task import HeldTask
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Randomness
from moniqo.domain.operations.task import Task

CLEARING_SECONDS = 5.0
BEAT = 1.0
"""Seconds between signs of life; within so many a cancellation is heard."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker does: tasks of these kinds, so many of each queue at once.

    It holds a task for `lease` and again at each beat. `name` tells it from all other workers.
    """

    kinds: TaskKinds
    places: Mapping[str, int]
    name: str
    lease: timedelta


class Worker:
    """Does tasks. One that cannot be held any longer, or was cancelled, is cut off."""

    def __init__(
        self, store: TaskStore, uow: UnitOfWork, randomness: Randomness, terms: Terms
    ) -> None:
        self._store, self._uow, self._randomness, self._terms = store, uow, randomness, terms
        self._lease = terms.lease
        self._endings = Endings(store, terms.lease)
        self._desks = [
            Desk(queue, count, store, self._endings, self._begin)
            for queue, count in terms.places.items()
        ]
        self._beating: asyncio.Task[None] | None = None
        self._heard = monotonic()

    async def __call__(self) -> None:
        """Do every task that is due, and what workers that fell silent left, then return."""
        woken = WOKEN
        while woken >= WOKEN:
            await self._hold_on()
            woken = await self._store.wake()
            await asyncio.gather(
                *(desk.work_off(self._terms.name, self._lease) for desk in self._desks)
            )

    async def close(self, seconds: float, clearing: float = CLEARING_SECONDS) -> None:
        """Take nothing more; hand back what has not ended after so many seconds.

        What was cut off has `clearing` seconds to end.
        """
        await asyncio.gather(*(desk.close(seconds, clearing) for desk in self._desks))

    def _begin(self, task: Task) -> Attempt:
        if self._beating is None:
            self._heard = monotonic()
            self._beating = asyncio.create_task(self._beat(), context=Context())
        held, kind = HeldTask(self._uow, task), self._terms.kinds.get(task.kind)
        return Attempt(held, kind, self._randomness.fraction())

    async def _hold_on(self) -> None:
        """A process that was held up for long says so before it finds its own tasks abandoned."""
        if self._at_work() and monotonic() - self._heard > self._lease.total_seconds() / 2:
            await self._say_so(self._at_work())

    async def _beat(self) -> None:
        """Say that we live, as long as anything is at work."""
        try:
            while True:
                await asyncio.sleep(min(BEAT, self._lease.total_seconds() / 3))
                if not self._at_work():
                    return
                await self._say_so(self._at_work())
        finally:
            self._beating = None

    def _at_work(self) -> list[Attempt]:
        # What has ended is no longer held: said after its end is written, that would undo it.
        return [it for desk in self._desks for it in desk.at_work if not it.is_over]

    async def _say_so(self, attempts: list[Attempt]) -> None:
        begun = monotonic()
        try:
            held = await self._endings.renew([it.pulse for it in attempts], self._lease)
        except Exception:
            logger.warning("the store does not hear that tasks are at work", exc_info=True)
            if begun - self._heard < self._lease.total_seconds():
                return
            held = {}
        else:
            self._heard = begun
        for attempt in attempts:
            if attempt.task.id not in held:
                attempt.stop(Stop.LOST)
            elif held[attempt.task.id]:
                attempt.stop(Stop.CANCELLED)
