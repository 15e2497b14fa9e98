"""Executing a backtest as a task."""

from dataclasses import dataclass

from moniqo.application.agents.behind import PAUSE, behind
from moniqo.application.agents.replay import OnBar
from moniqo.application.agents.run_backtest import RunBacktest
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.tasks import TaskContext, not_before, wanted_as
from moniqo.domain.agents.backtest import UNFINISHED, Backtest
from moniqo.domain.agents.run import MOST_ATTEMPTS
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import BacktestId


@dataclass(frozen=True, slots=True)
class _Wanted(Value):
    backtest_id: BacktestId


@dataclass(frozen=True, slots=True)
class DoBacktest:
    """Execute a backtest, unless it is over; one that was begun too often ends in vain."""

    uow: UnitOfWork
    run_backtest: RunBacktest
    on_bar: OnBar

    async def __call__(self, context: TaskContext) -> None:
        """Raises `NotYet` while somebody else is at it; `Undeliverable` if there is none."""
        backtest = await behind(self.uow, Backtest, wanted_as(context, _Wanted).backtest_id)
        if context.task.attempts > MOST_ATTEMPTS:
            await self.run_backtest.give_up(backtest_id=backtest.id)
        else:
            await self.run_backtest(backtest_id=backtest.id, on_bar=self.on_bar)
        backtest = await behind(self.uow, Backtest, backtest.id)
        if backtest.status in UNFINISHED:
            raise not_before(PAUSE)
