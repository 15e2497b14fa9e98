"""Which plan holds for a user, and how another one comes to hold."""

from collections.abc import Sequence
from datetime import datetime

from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, any_of, eq
from moniqo.application.shared.system import Ids
from moniqo.domain.billing.events import SubscriptionCancelled, SubscriptionExpired
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.errors import Invalid, RuleViolated, Unavailable
from moniqo.domain.shared.ids import PlanId, SubscriptionId, UserId


async def default_plan(tx: Transaction) -> Plan:
    """The plan of whoever has no other; raises `Unavailable` before the first start made it."""
    plan = await tx[Plan].first(eq("is_default", value=True), sort=("created_at",))
    if plan is None:
        raise Unavailable("The system is not set up yet: run `moniqo init`.")
    return plan


async def chosen_plan(tx: Transaction, plan_id: PlanId) -> Plan:
    """The plan that somebody is about to be on; raises `Invalid` for none that is on offer.

    It is saved unchanged, so that who deletes it at the same moment notices. The default one
    cannot be deleted. Read it late: what lies between this and the commit is what can collide.
    """
    plan = await tx[Plan].first(eq("id", plan_id))
    if plan is None:
        raise Invalid.field("plan_id", "names no plan on offer")
    return plan if plan.is_default else await tx[Plan].save(plan)


async def require_disposable(tx: Transaction, plan: Plan, done: str) -> None:
    """Raise `RuleViolated` if everybody may fall back to the plan, or somebody is on it.

    Call it after the plan was written: who subscribes from then on collides with that.
    """
    if plan.is_default:
        raise RuleViolated(f"The default plan cannot be {done}.")
    here = (eq("plan_id", plan.id), eq("status", SubscriptionStatus.ACTIVE))
    if await tx[Subscription].first(*here) is not None:
        raise RuleViolated(f"A plan with active subscriptions cannot be {done}.")


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


async def plans_in_force(
    tx: Transaction, user_ids: Sequence[UserId], now: datetime
) -> dict[UserId, Plan]:
    """The same for many users, in as many reads as for one."""
    these = (any_of("user_id", tuple(user_ids)), eq("status", SubscriptionStatus.ACTIVE))
    active = await tx[Subscription].page(Listing(where=these, limit=len(user_ids)))
    chosen = {item.user_id: item.plan_id for item in active.items if item.in_force(now)}
    plans = await by_ids(tx, Plan, chosen.values())
    found = {user_id: plans[plan_id] for user_id, plan_id in chosen.items()}
    rest = [user_id for user_id in user_ids if user_id not in found]
    return found | (dict.fromkeys(rest, await default_plan(tx)) if rest else {})


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


async def fall_back(tx: Transaction, ids: Ids, ended: Subscription, now: datetime) -> None:
    """Put who had the subscription that has `ended` on the default plan, and tell of it.

    It holds from the end on, which may be noticed late.
    """
    left = await tx[Plan].get(ended.plan_id, include_deleted=True)
    fallback = await default_plan(tx)
    start = ended.end_date or now
    await tx[Subscription].add(new_subscription(ids, ended.user_id, fallback, start))
    expired = ended.status is SubscriptionStatus.EXPIRED
    happened = SubscriptionExpired if expired else SubscriptionCancelled
    tx.emit(
        happened(user_id=ended.user_id, plan_id=left.id, plan=left.name, fallback=fallback.name)
    )
