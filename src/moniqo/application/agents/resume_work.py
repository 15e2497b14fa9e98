"""Queueing again what an earlier process left unfinished."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from moniqo.application.agents.start_backtest import RUN_BACKTEST
from moniqo.application.agents.start_run import RUN_FLOW
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, any_of
from moniqo.application.shared.system import Clock
from moniqo.application.shared.tasks import Job, TaskQueue
from moniqo.domain.agents import backtest, run
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.run import FlowRun

L = TypeVar("L", FlowRun, Backtest)


@dataclass(frozen=True, slots=True)
class ResumeWork:
    """Find the runs and backtests that nobody holds: queued, or left by a process that died."""

    uow: UnitOfWork
    clock: Clock
    queue: TaskQueue
    batch: int = 100

    async def __call__(self) -> int:
        """Enqueue them all; answers how many. One that is taken meanwhile is not done twice."""
        runs = await self._resume(FlowRun, run.UNFINISHED, RUN_FLOW)
        return runs + await self._resume(Backtest, backtest.UNFINISHED, RUN_BACKTEST)

    async def _resume(self, kind: type[L], unfinished: tuple[object, ...], job: str) -> int:
        cursor, count = None, 0
        while True:
            listing = Listing(
                where=(any_of("status", unfinished),),
                sort=("created_at",),
                limit=self.batch,
                cursor=cursor,
            )
            async with self.uow() as tx:
                page = await tx[kind].page(listing)
            due = [item for item in page.items if _free(item, self.clock.now())]
            for item in due:
                await self.queue.enqueue(Job(job, item.id))
            count += len(due)
            cursor = page.next_cursor
            if cursor is None:
                return count


def _free(item: FlowRun | Backtest, now: datetime) -> bool:
    return item.lease_until is None or item.lease_until <= now
