"""Executing a run as a task."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from moniqo.application.agents.run_flow import RunFlow
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.tasks import TaskContext, not_before
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.shared.ids import FlowRunId

_PAUSE = timedelta(seconds=2)
"""Before it is looked again whether somebody else's work has ended."""


@dataclass(frozen=True, slots=True)
class DoRun:
    """Execute a run; one that somebody else is at, or must wait for, is looked after until then."""

    uow: UnitOfWork
    run_flow: RunFlow

    async def __call__(self, context: TaskContext) -> None:
        """Raises `NotYet` while the run has not ended."""
        run_id = FlowRunId(UUID(str(context.task.payload["run_id"])))
        await self.run_flow(run_id=run_id)
        async with self.uow() as tx:
            run = await tx[FlowRun].get(run_id)
        if not run.is_final:
            raise not_before(_PAUSE)
