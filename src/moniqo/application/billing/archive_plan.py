"""Plans that are no longer on offer."""

from dataclasses import dataclass

from moniqo.application.billing.subscribing import require_disposable
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.billing.plan import Plan
from moniqo.domain.shared.ids import PlanId


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """Take a plan off; raises `NotFound`, and `RuleViolated` for the default one or one in use."""

    uow: UnitOfWork

    async def __call__(self, *, plan_id: PlanId) -> None:
        """Remove it; whoever subscribes at the same moment either comes first or is refused."""

        async def remove() -> None:
            async with self.uow() as tx:
                found = await tx[Plan].get(plan_id)
                await tx[Plan].remove(found)
                await require_disposable(tx, found, "deleted")

        await settled(remove)
