"""Removing flows."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.agents.flow_rest import require_no_run
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.agents.flow import Flow
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class ArchiveFlow:
    """Remove a flow and give back the unit of the plan that it took.

    Positions that it opened stay, to be closed by hand. Raises `RuleViolated` while one of its
    runs is going on, and `NotFound`.
    """

    uow: UnitOfWork
    quotas: Quotas

    async def __call__(self, *, user_id: UserId, flow_id: UUID) -> None:
        """Remove it."""

        async def remove() -> None:
            async with self.uow() as tx:
                flow = await tx[Flow].get(flow_id, *FLOW_ACCESS.writable(user_id))
                await require_no_run(tx, flow)
                await tx[Flow].remove(flow)
                await self.quotas.give_back(tx, user_id=user_id, resource=Resource.FLOWS)

        await settled(remove)
