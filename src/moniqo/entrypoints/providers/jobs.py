"""What runs after the answer, and who runs it."""

from collections.abc import AsyncIterator
from datetime import timedelta

from dishka import AnyOf, AsyncContainer, Provider, Scope, provide

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.queue.in_process import Handler, InProcessQueue
from moniqo.adapters.queue.periodically import Periodically
from moniqo.adapters.queue.unhurried import Unhurried
from moniqo.application.agents.fire_schedules import FireSchedules
from moniqo.application.agents.replay import OnBar
from moniqo.application.agents.resume_work import ResumeWork
from moniqo.application.agents.run_backtest import RunBacktest
from moniqo.application.agents.run_flow import RunFlow
from moniqo.application.agents.start_backtest import RUN_BACKTEST
from moniqo.application.agents.start_run import RUN_FLOW
from moniqo.application.audit.seal_audit import SEAL_AUDIT, SEAL_JOB, SealAudit
from moniqo.application.billing.expire_subscriptions import ExpireSubscriptions
from moniqo.application.files.keeping import SWEEP_JOB, SWEEP_ORPHANS
from moniqo.application.files.sweep_orphans import SweepOrphans
from moniqo.application.notifications.announcing import RELAY_JOB, RELAY_OUTBOX
from moniqo.application.notifications.relay_outbox import RelayOutbox
from moniqo.application.operations.clean_up import CleanUp
from moniqo.application.shared.system import Clock
from moniqo.application.shared.tasks import Job, TaskQueue
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.domain.shared.ids import BacktestId, FlowRunId
from moniqo.entrypoints.settings import Settings

CLEANED_EVERY = timedelta(hours=1)
RELAYS = 3
"""So many tell events at once, each several: while one waits for a slow mail, others go on."""
APART = {SEAL_AUDIT: 1, RELAY_OUTBOX: RELAYS}
"""Jobs that take no turns of the others', and how many of each run at once."""
A_MOMENT = Unhurried(least=0.05, most=0.2)
"""Before entries are sealed: many of a busy time then cost one transaction."""
SECONDS_TO_END = 10
"""How long jobs may go on once the container closes; then they are cut off and resumed later."""


class Jobs(Provider):
    """The queue. What it runs is wanted late, because that may want the queue."""

    scope = Scope.APP

    @provide
    def on_bar(self) -> OnBar:
        """Nobody watches backtests; commands that do replace it."""
        return lambda _: None

    @provide
    async def queue(
        self,
        parts: AsyncContainer,
        settings: Settings,
        clock: Clock,
        _opened_before: Backend,
    ) -> AsyncIterator[AnyOf[InProcessQueue, TaskQueue]]:
        """In this process; empty before the store is closed."""
        work = _Work(parts)
        resumers = (
            work.relay_later,
            work.seal_later,
            work.sweep_later,
            work.fire_schedules,
            work.resume_work,
            work.settle_orders,
            work.expire_subscriptions,
            Periodically(work.clean_up, CLEANED_EVERY, clock),
        )
        limits = settings.jobs
        queue = InProcessQueue(
            work.handlers(),
            resumers=resumers,
            concurrency=limits.job_concurrency,
            apart={**APART, RUN_BACKTEST: limits.backtest_concurrency},
        )
        yield queue
        await queue.drain(SECONDS_TO_END)


class _Work:
    """Each job by the use case that does it."""

    def __init__(self, parts: AsyncContainer) -> None:
        self._parts = parts

    def handlers(self) -> dict[str, Handler]:
        """What runs each job."""
        return {
            RELAY_OUTBOX: self.relay_outbox,
            RUN_BACKTEST: self.run_backtest,
            RUN_FLOW: self.run_flow,
            SEAL_AUDIT: self.seal_audit,
            SWEEP_ORPHANS: self.sweep_orphans,
        }

    async def run_flow(self, job: Job) -> None:
        await (await self._parts.get(RunFlow))(run_id=FlowRunId(job.subject_id))

    async def run_backtest(self, job: Job) -> None:
        on_bar = await self._parts.get(OnBar)
        run = await self._parts.get(RunBacktest)
        await run(backtest_id=BacktestId(job.subject_id), on_bar=on_bar)

    async def relay_outbox(self, _job: Job) -> None:
        await (await self._parts.get(RelayOutbox))()

    async def relay_later(self) -> None:
        await (await self._parts.get(TaskQueue)).enqueue(RELAY_JOB)

    async def sweep_orphans(self, _job: Job) -> None:
        await (await self._parts.get(SweepOrphans))()

    async def sweep_later(self) -> None:
        await (await self._parts.get(TaskQueue)).enqueue(SWEEP_JOB)

    async def seal_audit(self, _job: Job) -> None:
        await A_MOMENT()
        await (await self._parts.get(SealAudit))()

    async def seal_later(self) -> None:
        await (await self._parts.get(TaskQueue)).enqueue(SEAL_JOB)

    async def fire_schedules(self) -> None:
        await (await self._parts.get(FireSchedules))()

    async def clean_up(self) -> None:
        await (await self._parts.get(CleanUp))()

    async def resume_work(self) -> None:
        await (await self._parts.get(ResumeWork))()

    async def settle_orders(self) -> None:
        await (await self._parts.get(SettleOrders))()

    async def expire_subscriptions(self) -> None:
        await (await self._parts.get(ExpireSubscriptions))()
