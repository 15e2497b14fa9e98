"""Executing a run as a task."""

from dataclasses import dataclass

from moniqo.application.agents.behind import PAUSE, behind
from moniqo.application.agents.run_flow import RunFlow
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.tasks import TaskContext, not_before, wanted_as
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import FlowRunId


@dataclass(frozen=True, slots=True)
class _Wanted(Value):
    run_id: FlowRunId


@dataclass(frozen=True, slots=True)
class DoRun:
    """Execute a run; one that somebody else is at, or must wait for, is looked after until then."""

    uow: UnitOfWork
    run_flow: RunFlow

    async def __call__(self, context: TaskContext) -> None:
        """Raises `NotYet` while the run has not ended; `Undeliverable` if there is none."""
        run = await behind(self.uow, FlowRun, wanted_as(context, _Wanted).run_id)
        await self.run_flow(run_id=run.id)
        run = await behind(self.uow, FlowRun, run.id)
        if not run.is_final:
            raise not_before(PAUSE)
