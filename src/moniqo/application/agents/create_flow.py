"""Making flows."""

from dataclasses import dataclass

from moniqo.application.agents.flow_drafts import FlowDraft, check_schedule
from moniqo.application.agents.flow_parts import keep_parts
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.cron import Schedules
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.agents.flow import Flow
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.ids import FlowId, UserId


@dataclass(frozen=True, slots=True)
class CreateFlow:
    """Make a flow, paused; it takes a unit of the plan's `flows`.

    Raises `QuotaExceeded`, and `Invalid` naming each step's prompt or agent and the wallet
    that the user may not use, or a schedule that is none.
    """

    uow: UnitOfWork
    ids: Ids
    clock: Clock
    quotas: Quotas
    schedules: Schedules

    async def __call__(self, *, user_id: UserId, draft: FlowDraft) -> Flow:
        """The new flow."""
        flow = Flow(id=FlowId(self.ids.new()), user_id=user_id, **replacement(draft))
        check_schedule(self.schedules, flow, self.clock.now())
        return await settled(lambda: self._add(flow))

    async def _add(self, flow: Flow) -> Flow:
        async with self.uow() as tx:
            await keep_parts(tx, flow)
            await self.quotas.take(tx, user_id=flow.user_id, resource=Resource.FLOWS)
            return await tx[Flow].add(flow)
