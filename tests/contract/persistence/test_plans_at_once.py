"""Plans and subscriptions changed at once: one active subscription, and none without a plan."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from moniqo.application.billing.archive_plan import ArchivePlan
from moniqo.application.billing.cancel_subscription import CancelSubscription
from moniqo.application.billing.create_plan import CreatePlan
from moniqo.application.billing.expire_subscriptions import ExpireSubscriptions
from moniqo.application.billing.plan_drafts import PlanDraft
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.billing.update_plan import UpdatePlan
from moniqo.application.shared.query import eq
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import UserId
from support.people import People

ACTIVE = eq("status", SubscriptionStatus.ACTIVE)


@pytest_asyncio.fixture(loop_scope="session")
async def plan(people: People) -> Plan:
    """A plan that nobody has yet."""
    draft = PlanDraft(name=people.ids.new().hex, price=Decimal("19.99"))
    return await CreatePlan(people.uow, people.ids)(draft=draft)


async def somebody(people: People) -> UserId:
    return (await people.register(email=f"{people.ids.new().hex}@example.com")).id


@pytest.mark.parametrize("round_", range(3))
async def test_a_plan_is_deleted_or_subscribed_to_and_never_both(
    people: People, plan: Plan, round_: int
) -> None:
    users = [await somebody(people) for _ in range(4)]
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    works = [subscribe(user_id=user_id, choice=PlanChoice(plan.id)) for user_id in users]
    works.insert(round_, ArchivePlan(people.uow)(plan_id=plan.id))

    answers = await asyncio.gather(*works, return_exceptions=True)

    deletion, rest = answers.pop(round_), answers
    subscribed = await people.all(Subscription, ACTIVE, eq("plan_id", plan.id))
    if deletion is None:
        assert subscribed == ()
        assert all(isinstance(answer, Invalid) for answer in rest)
    else:
        assert isinstance(deletion, RuleViolated)
        assert len(subscribed) == 4
        assert await people.all(Plan, eq("id", plan.id)) != ()
    for user_id in users:
        assert len(await people.all(Subscription, ACTIVE, eq("user_id", user_id))) == 1


async def test_a_plan_is_not_renamed_under_who_subscribes(people: People, plan: Plan) -> None:
    user_id = await somebody(people)
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)

    renamed, subscribed = await asyncio.gather(
        UpdatePlan(people.uow)(plan_id=plan.id, changes={"name": f"{plan.name}!"}),
        subscribe(user_id=user_id, choice=PlanChoice(plan.id)),
        return_exceptions=True,
    )

    assert isinstance(subscribed, Subscription)
    (stored,) = await people.all(Plan, eq("id", plan.id))
    assert isinstance(renamed, RuleViolated) is (stored.name == plan.name)


async def test_of_twenty_who_subscribe_and_cancel_at_once_one_is_active(people: People) -> None:
    user_id = await somebody(people)
    plans = await people.all(Plan)
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    cancel = CancelSubscription(people.uow, people.clock, people.ids)
    (free,) = await people.all(Subscription, eq("user_id", user_id))

    answers = await asyncio.gather(
        *(subscribe(user_id=user_id, choice=PlanChoice(plans[n % 3].id)) for n in range(20)),
        cancel(user_id=user_id, subscription_id=free.id),
        return_exceptions=True,
    )

    history = await people.all(Subscription, eq("user_id", user_id))
    kept = [answer for answer in answers if isinstance(answer, Subscription)]
    assert len(kept) == 21 or isinstance(answers[-1], RuleViolated)
    assert len(history) == 1 + len(kept)
    assert [item.status for item in history].count(SubscriptionStatus.ACTIVE) == 1


async def test_expiry_and_a_new_choice_at_once_leave_one_active(people: People, plan: Plan) -> None:
    user_id = await somebody(people)
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    expire = ExpireSubscriptions(people.uow, people.clock, people.ids)
    soon = people.clock.now() + timedelta(days=1)
    await subscribe(user_id=user_id, choice=PlanChoice(plan.id, soon))
    people.clock.advance(days=1)

    await asyncio.gather(
        expire(), subscribe(user_id=user_id, choice=PlanChoice(plan.id)), expire(), expire()
    )

    history = await people.all(Subscription, eq("user_id", user_id))
    states = [item.status for item in history]
    assert states.count(SubscriptionStatus.ACTIVE) == 1
    assert states.count(SubscriptionStatus.EXPIRED) == 1
    (active,) = await people.all(Subscription, ACTIVE, eq("user_id", user_id))
    assert active.plan_id == plan.id
