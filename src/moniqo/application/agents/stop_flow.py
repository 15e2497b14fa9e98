"""Ending a flow."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.flow_moves import moved
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.agents.flow import Flow
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class StopFlow:
    """Begin no more runs ever; one that is going on ends. Raises `RuleViolated`, `NotFound`."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, flow_id: UUID) -> Flow:
        """The flow, stopped."""
        return await moved(self.uow, user_id, flow_id, Flow.stopped)
