"""Starting the runs that schedules ask for."""

from contextlib import suppress
from dataclasses import dataclass

from moniqo.application.agents.flow_drafts import check_schedule
from moniqo.application.agents.start_run import task_of
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.cron import Schedules
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, any_of, eq, lt
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import TaskQueue
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.agents.run import UNFINISHED, FlowRun, Trigger, new_run
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.errors import NotFound, QuotaExceeded, RuleViolated, StaleVersion
from moniqo.domain.shared.ids import FlowRunId
from moniqo.domain.trading.wallet import UserWallet

_AT_ONCE = 100
_RUNS = Resource.RUNS_PER_DAY


@dataclass(frozen=True, slots=True)
class FireSchedules:
    """Queue a run of every active flow whose time has come.

    A slot fires once however many processes look: whoever moves the flow's next instant has it.
    Slots that passed while nobody looked become one run. A slot passes without a run while a
    scheduled run of the flow waits or goes on, when the plan has no run left (which the user is
    told), or when the wallet is not in use.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    quotas: Quotas
    schedules: Schedules
    queue: TaskQueue

    async def __call__(self) -> int:
        """Answers how many runs were queued."""
        queued = 0
        while due := await self._due():
            for flow in due:
                # Somebody else has taken the slot, or changed the flow: it is looked at again.
                with suppress(StaleVersion):
                    queued += await self._fire(flow)
        return queued

    async def _due(self) -> tuple[Flow, ...]:
        where = (eq("status", FlowStatus.ACTIVE), lt("next_run_at", self.clock.now()))
        async with self.uow() as tx:
            listing = Listing(where=where, sort=("next_run_at",), limit=_AT_ONCE)
            return (await tx[Flow].page(listing)).items

    async def _fire(self, flow: Flow) -> bool:
        try:
            return await self._queue(flow)
        except (QuotaExceeded, RuleViolated, NotFound) as problem:
            async with self.uow() as tx:
                await tx[Flow].save(self._moved_on(flow))
                if isinstance(problem, QuotaExceeded):
                    await self.quotas.tell(tx, user_id=flow.user_id, resource=_RUNS)
            return False

    async def _queue(self, flow: Flow) -> bool:
        """Queue the run of this slot, unless one of an earlier slot is still to end."""
        moved = self._moved_on(flow)
        async with self.uow() as tx:
            if await _is_busy(tx, flow):
                await tx[Flow].save(moved)
                return False
            (await tx[UserWallet].get(flow.user_wallet_id)).require_active()
            await self.quotas.take(tx, user_id=flow.user_id, resource=_RUNS)
            await tx[Flow].save(moved.with_(last_run_at=self.clock.now()))
            run = new_run(flow, FlowRunId(self.ids.new()), Trigger.SCHEDULE, None)
            await tx[FlowRun].add(run)
            await self.queue.add(tx, task_of(run))
        return True

    def _moved_on(self, flow: Flow) -> Flow:
        return flow.with_(next_run_at=check_schedule(self.schedules, flow, self.clock.now()))


async def _is_busy(tx: Transaction, flow: Flow) -> bool:
    scheduled = (eq("flow_id", flow.id), eq("trigger", Trigger.SCHEDULE))
    return await tx[FlowRun].first(*scheduled, any_of("status", UNFINISHED)) is not None
