"""Executing a backtest as a task."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from moniqo.application.agents.replay import OnBar
from moniqo.application.agents.run_backtest import RunBacktest
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.tasks import TaskContext, not_before
from moniqo.domain.agents.backtest import UNFINISHED, Backtest
from moniqo.domain.agents.run import MOST_ATTEMPTS
from moniqo.domain.shared.ids import BacktestId

_PAUSE = timedelta(seconds=2)
"""Before it is looked again whether somebody else's work has ended."""


@dataclass(frozen=True, slots=True)
class DoBacktest:
    """Execute a backtest, unless it is over; one that was begun too often ends in vain."""

    uow: UnitOfWork
    run_backtest: RunBacktest
    on_bar: OnBar

    async def __call__(self, context: TaskContext) -> None:
        """Raises `NotYet` while somebody else is at it."""
        backtest_id = BacktestId(UUID(str(context.task.payload["backtest_id"])))
        if context.task.attempts > MOST_ATTEMPTS:
            await self.run_backtest.give_up(backtest_id=backtest_id)
        else:
            await self.run_backtest(backtest_id=backtest_id, on_bar=self.on_bar)
        async with self.uow() as tx:
            backtest = await tx[Backtest].get(backtest_id)
        if backtest.status in UNFINISHED:
            raise not_before(_PAUSE)
