"""A plan, which anybody may look at."""

from dataclasses import dataclass

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.billing.plan import Plan
from moniqo.domain.shared.ids import PlanId


@dataclass(frozen=True, slots=True)
class GetPlan:
    """One plan; raises `NotFound`."""

    uow: UnitOfWork

    async def __call__(self, *, plan_id: PlanId) -> Plan:
        """The plan."""
        async with self.uow() as tx:
            return await tx[Plan].get(plan_id)
