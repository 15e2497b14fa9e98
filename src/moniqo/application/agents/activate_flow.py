"""Letting a flow run."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.agents.flow_drafts import check_schedule
from moniqo.application.agents.flow_parts import flow_parts, keep
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.cron import Schedules
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.domain.agents.flow import Flow
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class ActivateFlow:
    """Let a paused flow run, by hand and by its schedule.

    Raises `RuleViolated` unless it is paused, or while something that it uses is gone or not
    active; `NotFound`.
    """

    uow: UnitOfWork
    clock: Clock
    schedules: Schedules

    async def __call__(self, *, user_id: UserId, flow_id: UUID) -> Flow:
        """The flow, active."""
        return await settled(lambda: self._activate(user_id, flow_id))

    async def _activate(self, user_id: UserId, flow_id: UUID) -> Flow:
        async with self.uow() as tx:
            flow = await tx[Flow].get(flow_id, *FLOW_ACCESS.writable(user_id))
            active = flow.activated()
            parts, faults = await flow_parts(tx, flow)
            if faults:
                raise RuleViolated.naming("The flow cannot run", faults)
            await keep(tx, parts)
            following = check_schedule(self.schedules, flow, self.clock.now())
            return await tx[Flow].save(active.with_(next_run_at=following))
