"""How much of their plan somebody has used."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.application.billing.api_calls import ApiCalls
from moniqo.application.billing.subscribing import plan_in_force
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, any_of, eq
from moniqo.application.shared.system import Clock
from moniqo.domain.billing.plan import Plan, PlanLimit, Resource
from moniqo.domain.billing.usage import Usage, period_end, period_start
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.ids import PlanId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUsage:
    """A limit of the plan, and what is used of it; -1 is unlimited.

    `reserved` is set aside on top for what is being done right now. Counting begins anew at
    `resets_at`, or never.
    """

    resource: Resource
    title: str
    used: Decimal
    reserved: Decimal
    limit: Decimal
    resets_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanUsage:
    """The plan in force and each of its limits."""

    plan_id: PlanId
    plan: str
    items: tuple[LimitUsage, ...]


@dataclass(frozen=True, slots=True)
class GetUsage:
    """What the user has used of each limit of the plan in force."""

    uow: UnitOfWork
    clock: Clock
    api_calls: ApiCalls

    async def __call__(self, *, user_id: UserId) -> PlanUsage:
        """The limits in the plan's order."""
        now = self.clock.now()
        calls = await self.api_calls.used(user_id)
        async with self.uow() as tx:
            plan = await plan_in_force(tx, user_id, now)
            counted = await _counted(tx, user_id, plan, now)
        counted[Resource.API_CALLS_PER_DAY] = (calls, ZERO)
        items = tuple(_item(limit, counted, now) for limit in plan.limits)
        return PlanUsage(plan_id=plan.id, plan=plan.name, items=items)


async def _counted(
    tx: Transaction, user_id: UserId, plan: Plan, now: datetime
) -> dict[Resource, tuple[Decimal, Decimal]]:
    """What is used and what is reserved in the present periods."""
    starts = {limit.resource: period_start(limit.resource, now) for limit in plan.limits}
    periods = tuple(set(starts.values()))
    where = (
        eq("user_id", user_id),
        any_of("resource", tuple(starts)),
        any_of("period_start", periods),
    )
    # On the first of a month, a day and the month begin together.
    most = max(1, len(starts) * len(periods))
    page = await tx[Usage].page(Listing(where=where, limit=most))
    present = [usage for usage in page.items if usage.period_start == starts[usage.resource]]
    return {usage.resource: (usage.used, usage.reserved) for usage in present}


def _item(
    limit: PlanLimit, counted: dict[Resource, tuple[Decimal, Decimal]], now: datetime
) -> LimitUsage:
    used, reserved = counted.get(limit.resource, (ZERO, ZERO))
    return LimitUsage(
        resource=limit.resource,
        title=limit.title,
        used=used,
        reserved=reserved,
        limit=limit.value,
        resets_at=period_end(limit.resource, now),
    )
