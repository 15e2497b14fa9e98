"""The tasks of one queue that this process does at once."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from datetime import timedelta

from moniqo.adapters.persistence.task_store import Claim, TaskStore
from moniqo.adapters.queue.attempt import Attempt, Stop
from moniqo.adapters.queue.endings import Endings
from moniqo.domain.operations.task import Task

Begin = Callable[[Task], Attempt]
logger = logging.getLogger(__name__)


class Desk:
    """Takes tasks of `queue` while fewer than `places` are under way.

    A lane never has the last quarter of the places: whoever comes next need not wait for it.
    """

    def __init__(
        self, queue: str, places: int, store: TaskStore, endings: Endings, begin: Begin
    ) -> None:
        self.queue, self._places = queue, places
        self._store, self._endings, self._begin = store, endings, begin
        self._share = max(1, places - places // 4)
        self._taking = asyncio.Lock()
        self._last_lane = ""
        self.at_work: set[Attempt] = set()
        self.is_open = True

    async def work_off(self, worker: str, lease: timedelta) -> None:
        """Do tasks until none is ready; what others do at this desk is not waited for."""
        mine: set[asyncio.Task[None]] = set()
        while True:
            async with self._taking:
                while taken := await self._take(worker, lease):
                    mine |= {self._started(task) for task in taken}
            if not mine:
                return
            _, mine = await asyncio.wait(mine, return_when=asyncio.FIRST_COMPLETED)

    async def _take(self, worker: str, lease: timedelta) -> list[Task]:
        free = self._places - len(self.at_work)
        if free <= 0 or not self.is_open:
            return []
        busy = Counter(attempt.task.lane for attempt in self.at_work)
        full = {lane for lane, count in busy.items() if count >= self._share}
        # Even if all that is taken is of one lane.
        room = self._share - max((busy[lane] for lane in busy if lane not in full), default=0)
        claim = Claim(self.queue, min(free, room), worker, lease, self._last_lane, full)
        taken = await self._store.claim(claim)
        if taken:
            self._last_lane = max(task.lane for task in taken)
        return taken

    def _started(self, task: Task) -> asyncio.Task[None]:
        attempt = self._begin(task)
        self.at_work.add(attempt)
        # As the system itself: nothing of who rang is known to it.
        attempt.runs = asyncio.create_task(self._do(attempt), name=task.kind, context=Context())
        return attempt.runs

    async def _do(self, attempt: Attempt) -> None:
        try:
            outcome = await attempt.outcome()
            if outcome is not None:
                await self._endings.write(outcome)
        finally:
            self.at_work.discard(attempt)

    async def close(self, seconds: float, clearing: float) -> None:
        """See `Worker`."""
        self.is_open = False
        with suppress(TimeoutError):
            # Whatever is just being taken is at work before that is looked at.
            async with asyncio.timeout(seconds), self._taking:
                pass
        runs = {attempt.runs for attempt in self.at_work if attempt.runs}
        if runs:
            await asyncio.wait(runs, timeout=seconds)
        for attempt in tuple(self.at_work):
            attempt.stop(Stop.HANDED_BACK)
        if runs:
            _, left = await asyncio.wait(runs, timeout=clearing)
            for run in left:
                logger.error("a task does not let go", extra={"kind": run.get_name()})
