"""New plans."""

from dataclasses import dataclass

from moniqo.application.billing.plan_drafts import PlanDraft
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.domain.billing.plan import Plan
from moniqo.domain.shared.ids import PlanId


@dataclass(frozen=True, slots=True)
class CreatePlan:
    """Put a plan on offer; raises `AlreadyExists` for a name that another one has."""

    uow: UnitOfWork
    ids: Ids

    async def __call__(self, *, draft: PlanDraft) -> Plan:
        """The new plan."""
        plan = Plan(id=PlanId(self.ids.new()), **replacement(draft))
        async with self.uow() as tx:
            return await tx[Plan].add(plan)
