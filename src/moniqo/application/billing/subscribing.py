"""Which plan holds for a user, and how another one comes to hold."""

from datetime import datetime

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Ids
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import SubscriptionId, UserId


async def default_plan(tx: Transaction) -> Plan:
    """The plan of whoever has no other; raises `Unavailable` before the first start made it."""
    plan = await tx[Plan].first(eq("is_default", value=True), sort=("created_at",))
    if plan is None:
        raise Unavailable("The system is not set up yet: run `moniqo init`.")
    return plan


async def active_subscription(tx: Transaction, user_id: UserId) -> Subscription | None:
    """The one that was not ended, though its time may be over."""
    return await tx[Subscription].first(
        eq("user_id", user_id), eq("status", SubscriptionStatus.ACTIVE)
    )


async def plan_in_force(tx: Transaction, user_id: UserId, now: datetime) -> Plan:
    """The plan whose limits hold for the user at `now`."""
    subscription = await active_subscription(tx, user_id)
    if subscription is None or not subscription.in_force(now):
        return await default_plan(tx)
    return await tx[Plan].get(subscription.plan_id, include_deleted=True)


def new_subscription(
    ids: Ids, user_id: UserId, plan: Plan, now: datetime, end_date: datetime | None = None
) -> Subscription:
    """An active subscription from `now` on."""
    return Subscription(
        id=SubscriptionId(ids.new()),
        user_id=user_id,
        plan_id=plan.id,
        start_date=now,
        end_date=end_date,
    )
