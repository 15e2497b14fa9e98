"""What runs after the answer, and who runs it."""

from collections.abc import AsyncIterator

from dishka import AnyOf, AsyncContainer, Provider, Scope, provide

from moniqo.adapters.queue.in_process import InProcessQueue
from moniqo.application.agents.run_flow import ResumeRuns, RunFlow
from moniqo.application.agents.start_run import RUN_FLOW
from moniqo.application.shared.tasks import Job, TaskQueue
from moniqo.domain.shared.ids import FlowRunId

SECONDS_TO_END = 10
"""How long jobs may go on once the container closes; then they are cut off and resumed later."""


class Jobs(Provider):
    """The queue. Use cases that it runs are wanted late, because they may want the queue."""

    scope = Scope.APP

    @provide
    async def queue(self, parts: AsyncContainer) -> AsyncIterator[AnyOf[InProcessQueue, TaskQueue]]:
        """In this process; empty before the store is closed."""

        async def run_flow(job: Job) -> None:
            await (await parts.get(RunFlow))(run_id=FlowRunId(job.subject_id))

        async def resume_runs() -> None:
            await (await parts.get(ResumeRuns))()

        queue = InProcessQueue({RUN_FLOW: run_flow}, resumers=(resume_runs,))
        yield queue
        await queue.drain(SECONDS_TO_END)
