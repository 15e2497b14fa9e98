"""Letting a flow run, pausing it, ending it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.agents.flow_drafts import check_schedule
from moniqo.application.agents.flow_parts import flow_parts, keep
from moniqo.application.agents.ports import Schedules
from moniqo.application.shared.conflicts import settled
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
                named = "; ".join(f"{fault.field} {fault.message}" for fault in faults)
                raise RuleViolated(f"The flow cannot run: {named}.", faults=tuple(faults))
            await keep(tx, parts)
            following = check_schedule(self.schedules, flow, self.clock.now())
            return await tx[Flow].save(active.with_(next_run_at=following))


@dataclass(frozen=True, slots=True)
class PauseFlow:
    """Begin no more runs for now; one that is going on ends. Raises `RuleViolated`, `NotFound`."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, flow_id: UUID) -> Flow:
        """The flow, paused."""
        return await _moved(self.uow, user_id, flow_id, Flow.paused)


@dataclass(frozen=True, slots=True)
class StopFlow:
    """Begin no more runs ever; one that is going on ends. Raises `RuleViolated`, `NotFound`."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, flow_id: UUID) -> Flow:
        """The flow, stopped."""
        return await _moved(self.uow, user_id, flow_id, Flow.stopped)


async def _moved(
    uow: UnitOfWork, user_id: UserId, flow_id: UUID, move: Callable[[Flow], Flow]
) -> Flow:
    async def change() -> Flow:
        async with uow() as tx:
            flow = await tx[Flow].get(flow_id, *FLOW_ACCESS.writable(user_id))
            return await tx[Flow].save(move(flow).with_(next_run_at=None))

    return await settled(change)
