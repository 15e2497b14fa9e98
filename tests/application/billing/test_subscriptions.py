"""Whatever people do at once, one subscription is active and the history is whole."""

import asyncio
from datetime import timedelta

import pytest

from moniqo.application.billing.access import SUBSCRIPTIONS
from moniqo.application.billing.cancel_subscription import CancelSubscription
from moniqo.application.billing.get_plan import GetPlan
from moniqo.application.billing.list_plans import ListPlans
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.billing.subscribing import plan_in_force
from moniqo.application.shared.access import Browse
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.errors import Invalid, NotFound, RuleViolated
from moniqo.domain.shared.ids import PlanId, UserId
from support.people import People, open_people

ACTIVE = eq("status", SubscriptionStatus.ACTIVE)


async def plan_named(people: People, name: str) -> Plan:
    (plan,) = await people.all(Plan, eq("name", name))
    return plan  # type: ignore[no-any-return]


def subscribe(people: People) -> SubscribePlan:
    return SubscribePlan(people.uow, people.clock, people.ids)


def cancel(people: People) -> CancelSubscription:
    return CancelSubscription(people.uow, people.clock, people.ids)


async def in_force(people: People, user_id: UserId) -> str:
    async with people.uow() as tx:
        return (await plan_in_force(tx, user_id, people.clock.now())).name


async def test_anybody_may_look_at_the_plans() -> None:
    people = await open_people()

    page = await ListPlans(people.uow)(listing=Listing(sort=("price",)))

    assert [plan.name for plan in page.items] == ["Free", "Pro", "Enterprise"]
    assert await GetPlan(people.uow)(plan_id=page.items[1].id) == page.items[1]
    with pytest.raises(NotFound):
        await GetPlan(people.uow)(plan_id=PlanId(people.ids.new()))


async def test_another_plan_ends_the_present_one() -> None:
    people = await open_people()
    ada = await people.register()
    pro = await plan_named(people, "Pro")
    people.clock.advance(days=3)

    chosen = await subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id))

    history = Listing(sort=("-start_date",))
    page = await Browse(people.uow, SUBSCRIPTIONS)(user_id=ada.id, listing=history)
    newest, oldest = page.items
    assert newest == chosen
    assert (oldest.status, oldest.end_date) == (SubscriptionStatus.CANCELLED, people.clock.now())
    assert await in_force(people, ada.id) == "Pro"
    (event,) = await people.all(OutboxEvent, eq("name", "PlanSubscribed"))
    assert event.payload == {
        "user_id": str(ada.id),
        "plan_id": str(pro.id),
        "plan": "Pro",
        "until": None,
    }


async def test_past_its_end_the_default_plan_holds_again() -> None:
    people = await open_people()
    ada = await people.register()
    pro = await plan_named(people, "Pro")
    choice = PlanChoice(pro.id, people.clock.now() + timedelta(days=30))
    await subscribe(people)(user_id=ada.id, choice=choice)

    before = await in_force(people, ada.id)
    people.clock.advance(days=30)

    assert (before, await in_force(people, ada.id)) == ("Pro", "Free")
    await subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id))
    (expired,) = await people.all(Subscription, eq("status", SubscriptionStatus.EXPIRED))
    assert expired.end_date == choice.end_date


async def test_a_plan_that_was_taken_off_holds_for_who_has_it() -> None:
    people = await open_people()
    ada = await people.register()
    pro = await plan_named(people, "Pro")
    await subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id))
    await people.remove(await plan_named(people, "Pro"))

    assert await in_force(people, ada.id) == "Pro"
    with pytest.raises(Invalid, match="plan_id"):
        await subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id))


async def test_who_never_had_a_plan_has_the_default_one_and_may_subscribe() -> None:
    people = await open_people()
    ada = await people.register()
    (free,) = await people.all(Subscription)
    await people.remove(free)
    pro = await plan_named(people, "Pro")

    assert await in_force(people, ada.id) == "Free"
    await asyncio.gather(
        *(subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id)) for _ in range(5))
    )
    assert len(await people.all(Subscription, ACTIVE)) == 1


async def test_an_end_must_lie_ahead() -> None:
    people = await open_people()
    ada = await people.register()
    pro = await plan_named(people, "Pro")

    with pytest.raises(Invalid, match="end_date"):
        await subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id, people.clock.now()))


async def test_of_twenty_changes_at_once_one_is_active() -> None:
    people = await open_people()
    ada = await people.register()
    plans = await people.all(Plan)

    await asyncio.gather(
        *(
            subscribe(people)(user_id=ada.id, choice=PlanChoice(plans[number % 3].id))
            for number in range(20)
        )
    )

    ended = await people.all(Subscription, eq("status", SubscriptionStatus.CANCELLED))
    assert len(ended) == 20
    assert len(await people.all(Subscription, ACTIVE)) == 1


async def test_cancelling_falls_back_to_the_default_plan() -> None:
    people = await open_people()
    ada = await people.register()
    pro = await plan_named(people, "Pro")
    chosen = await subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id))

    ended = await cancel(people)(user_id=ada.id, subscription_id=chosen.id)

    assert ended.status is SubscriptionStatus.CANCELLED
    assert await in_force(people, ada.id) == "Free"
    assert len(await people.all(Subscription, ACTIVE)) == 1
    (event,) = await people.all(OutboxEvent, eq("name", "SubscriptionCancelled"))
    assert (event.payload["plan"], event.payload["fallback"]) == ("Pro", "Free")
    with pytest.raises(RuleViolated):
        await cancel(people)(user_id=ada.id, subscription_id=chosen.id)
    with pytest.raises(NotFound):
        await cancel(people)(user_id=UserId(people.ids.new()), subscription_id=chosen.id)


async def test_it_ends_only_as_it_can() -> None:
    people = await open_people()
    ada = await people.register()
    pro = await plan_named(people, "Pro")
    choice = PlanChoice(pro.id, people.clock.now() + timedelta(days=1))
    chosen = await subscribe(people)(user_id=ada.id, choice=choice)
    end = cancel(people)

    with pytest.raises(RuleViolated, match="cancelled only"):
        await end(user_id=ada.id, subscription_id=chosen.id, status=SubscriptionStatus.EXPIRED)
    people.clock.advance(days=1)
    ended = await end(user_id=ada.id, subscription_id=chosen.id, status=SubscriptionStatus.EXPIRED)

    assert ended.status is SubscriptionStatus.EXPIRED
    assert await in_force(people, ada.id) == "Free"
    assert len(await people.all(OutboxEvent, eq("name", "SubscriptionExpired"))) == 1


async def test_cancelling_and_subscribing_at_once_leave_one_active() -> None:
    people = await open_people()
    ada = await people.register()
    pro = await plan_named(people, "Pro")
    chosen = await subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id))

    await asyncio.gather(
        cancel(people)(user_id=ada.id, subscription_id=chosen.id),
        subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id)),
        subscribe(people)(user_id=ada.id, choice=PlanChoice(pro.id)),
        return_exceptions=True,
    )

    assert len(await people.all(Subscription, ACTIVE)) == 1
