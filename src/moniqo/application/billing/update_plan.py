"""Changed plans."""

from collections.abc import Mapping
from dataclasses import dataclass

from moniqo.application.billing.subscribing import require_disposable
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.billing.plan import Plan
from moniqo.domain.shared.ids import PlanId


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """Change a plan, for its subscribers too and from the next thing on that they make.

    Nothing that they have goes away. `changes` are fields of `PlanDraft`. Raises `NotFound`,
    `AlreadyExists` for a name that another plan has, and `RuleViolated` for another name of the
    default plan or of one that somebody is subscribed to: it is what they know it by.
    """

    uow: UnitOfWork

    async def __call__(self, *, plan_id: PlanId, changes: Mapping[str, object]) -> Plan:
        """The plan as it is now."""

        async def change() -> Plan:
            async with self.uow() as tx:
                found = await tx[Plan].get(plan_id)
                changed = await tx[Plan].save(found.with_(**changes))
                if changed.name != found.name:
                    await require_disposable(tx, found, "renamed")
                return changed

        return await settled(change)
