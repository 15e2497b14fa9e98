"""What is over ends by itself, once, and the default plan follows."""

import asyncio
from datetime import timedelta

from moniqo.application.billing.expire_subscriptions import ExpireSubscriptions
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.shared.query import eq
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.ids import UserId
from support.people import People, open_people

DAY = timedelta(days=1)


def expire(people: People) -> ExpireSubscriptions:
    return ExpireSubscriptions(people.uow, people.clock, people.ids)


async def subscribed(people: People, name: str, duration: timedelta | None) -> UserId:
    """Somebody new on the plan Pro."""
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    user = await people.register(email=f"{name}@example.com")
    end = None if duration is None else people.clock.now() + duration
    choice = PlanChoice(pro.id, end)
    await SubscribePlan(people.uow, people.clock, people.ids)(user_id=user.id, choice=choice)
    return user.id


async def history(people: People, user_id: UserId) -> list[tuple[str, str]]:
    """Plan and status of every subscription, oldest first."""
    plans = {plan.id: plan.name for plan in await people.all(Plan)}
    found = await people.all(Subscription, eq("user_id", user_id))
    return [(plans[item.plan_id], item.status.value) for item in found]


async def test_what_is_over_expires_and_free_follows() -> None:
    people = await open_people()
    over = await subscribed(people, "ada", DAY)
    going_on = await subscribed(people, "bob", 2 * DAY)
    endless = await subscribed(people, "eve", None)
    before = await expire(people)()

    people.clock.advance(days=1)

    assert (before, await expire(people)(), await expire(people)()) == (0, 1, 0)
    assert await history(people, over) == [
        ("Free", "cancelled"),
        ("Pro", "expired"),
        ("Free", "active"),
    ]
    for user_id in (going_on, endless):
        assert await history(people, user_id) == [("Free", "cancelled"), ("Pro", "active")]
    (event,) = await people.all(OutboxEvent, eq("name", "SubscriptionExpired"))
    assert (event.payload["user_id"], event.payload["plan"]) == (str(over), "Pro")


async def test_what_follows_begins_where_it_ended_however_late_that_is_noticed() -> None:
    people = await open_people()
    user_id = await subscribed(people, "ada", DAY)

    people.clock.advance(days=3)
    await expire(people)()

    _, over, free = await people.all(Subscription, eq("user_id", user_id))
    assert free.start_date == over.end_date
    assert free.start_date == people.clock.now() - 2 * DAY


async def test_several_who_look_at_once_end_each_once() -> None:
    people = await open_people()
    users = [await subscribed(people, f"user{number}", DAY) for number in range(5)]
    people.clock.advance(days=1)

    ended = await asyncio.gather(*(expire(people)() for _ in range(4)))

    assert sum(ended) == 5
    active = await people.all(Subscription, eq("status", SubscriptionStatus.ACTIVE))
    assert sorted(item.user_id for item in active) == sorted(users)


async def test_more_than_fit_one_batch_all_end() -> None:
    people = await open_people()
    user_id = await subscribed(people, "ada", DAY)
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    (template,) = await people.all(
        Subscription, eq("user_id", user_id), eq("status", SubscriptionStatus.ACTIVE)
    )
    others = [await people.register(email=f"user{number}@example.com") for number in range(101)]
    for other in others:
        (free,) = await people.all(Subscription, eq("user_id", other.id))
        await people.save(free.with_(plan_id=pro.id, end_date=template.end_date))
    people.clock.advance(days=1)

    assert await expire(people)() == 102
