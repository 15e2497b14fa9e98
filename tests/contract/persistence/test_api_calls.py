"""API calls: counted without writing, stored in time, seen by all, bounded by the plan."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from moniqo.adapters.api_calls import BatchedApiCalls, CallTerms
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.application.billing.api_calls import ApiCalls
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.billing.update_plan import UpdatePlan
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan, Resource
from moniqo.domain.billing.usage import Usage
from moniqo.domain.shared.errors import QuotaExceeded, Unavailable
from moniqo.domain.shared.ids import UserId
from support.clock import SettableClock
from support.people import People
from support.store import Place, prepared

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
LIMIT = 100


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(place: Place) -> AsyncIterator[People]:
    """On the module's backend, seeded."""
    async with prepared(place, REGISTRY) as backend:
        people = People(backend=backend, clock=SettableClock(NOON))
        await people.seed()
        yield people


@pytest_asyncio.fixture(loop_scope="session")
async def user_id(people: People) -> UserId:
    """Somebody new on the plan Free, at noon of the same day."""
    people.clock.set(NOON)
    return (await people.register(email=f"{people.ids.new().hex}@example.com")).id


@asynccontextmanager
async def process(
    people: People, every: float = 3600, few_left: int = 0
) -> AsyncIterator[BatchedApiCalls]:
    """One server process; by itself it stores at its end, or when so few calls are left."""
    terms = CallTerms(every, few_left)
    calls = BatchedApiCalls(people.uow, people.clock, people.ids, terms)
    yield calls
    await calls.close()


async def stored(people: People, user_id: UserId) -> list[Decimal]:
    """What is stored for each day."""
    where = (eq("user_id", user_id), eq("resource", Resource.API_CALLS_PER_DAY))
    return [row.used for row in await people.all(Usage, *where)]


async def call(calls: ApiCalls, user_id: UserId, times: int) -> int:
    """How many of so many calls at once passed."""
    answers = await asyncio.gather(
        *(calls.count(user_id) for _ in range(times)), return_exceptions=True
    )
    refused = [answer for answer in answers if answer is not None]
    assert all(isinstance(answer, QuotaExceeded) for answer in refused)
    return times - len(refused)


async def eventually(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110  (a store rings no bell)
            await asyncio.sleep(0.01)


async def test_of_many_at_once_as_many_pass_as_the_plan_allows(
    people: People, user_id: UserId
) -> None:
    async with process(people) as calls:
        passed = await call(calls, user_id, LIMIT + 50)
        with pytest.raises(QuotaExceeded, match=r"allows 100 api_calls_per_day, 100 are used"):
            await calls.count(user_id)
        told, before = await calls.used(user_id), await stored(people, user_id)

    assert (passed, told, before) == (LIMIT, LIMIT, [])
    assert await stored(people, user_id) == [LIMIT]


async def test_where_few_are_left_as_many_pass_as_the_plan_allows_wherever_they_come(
    people: People, user_id: UserId
) -> None:
    async with process(people) as before:
        await call(before, user_id, LIMIT - 10)

    async with process(people, few_left=20) as one, process(people, few_left=20) as other:
        passed = await asyncio.gather(*(call(it, user_id, 15) for it in (one, other)))
        told = [await it.used(user_id) for it in (one, other)]
        at_once = await stored(people, user_id)

    assert sum(passed) == 10
    assert (told, at_once) == ([LIMIT, LIMIT], [LIMIT])
    assert await stored(people, user_id) == [LIMIT]


async def test_what_waits_to_be_stored_is_not_left(people: People, user_id: UserId) -> None:
    async with process(people, few_left=20) as calls:
        passed = await call(calls, user_id, LIMIT + 20)
        at_once = await stored(people, user_id)

    assert (passed, at_once) == (LIMIT, [20])
    assert await stored(people, user_id) == [LIMIT]


async def test_calls_are_stored_soon_by_themselves(people: People, user_id: UserId) -> None:
    async with process(people, every=0.01) as calls:
        await call(calls, user_id, 3)

        async def three() -> bool:
            return await stored(people, user_id) == [3]

        await eventually(three)
        await call(calls, user_id, 2)
        assert await calls.used(user_id) == 5

    assert await stored(people, user_id) == [5]


async def test_what_others_have_counted_is_seen_once_stored(
    people: People, user_id: UserId
) -> None:
    async with process(people) as one:
        await call(one, user_id, 60)
        async with process(people) as other:
            await call(other, user_id, 30)
        async with process(people) as late:
            assert await late.used(user_id) == 30
            assert await call(late, user_id, LIMIT) == 70
        # What the first one has counted comes on top and is cut: it is forgiven.
        assert await call(one, user_id, 40) == 40

    assert await stored(people, user_id) == [LIMIT]


async def test_many_processes_store_at_once_and_lose_nothing(
    people: People, user_id: UserId
) -> None:
    processes = [
        BatchedApiCalls(people.uow, people.clock, people.ids, CallTerms(3600, 0)) for _ in range(6)
    ]
    for calls in processes:
        await call(calls, user_id, 10)

    await asyncio.gather(*(calls.close() for calls in processes))

    assert await stored(people, user_id) == [60]


async def test_another_plan_holds_at_the_very_next_call(people: People, user_id: UserId) -> None:
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    async with process(people) as calls:
        await call(calls, user_id, LIMIT + 1)
        subscribe = SubscribePlan(people.uow, people.clock, people.ids)
        await subscribe(user_id=user_id, choice=PlanChoice(pro.id))

        assert await call(calls, user_id, 50) == 50

    assert await stored(people, user_id) == [LIMIT + 50]


async def test_a_new_day_begins_at_midnight_and_yesterday_is_still_stored(
    people: People, user_id: UserId
) -> None:
    people.clock.set(NOON.replace(hour=23, minute=59, second=59))
    async with process(people) as calls:
        await call(calls, user_id, LIMIT)
        people.clock.advance(seconds=1)
        await call(calls, user_id, 7)

    assert sorted(await stored(people, user_id)) == [7, LIMIT]


async def test_who_uses_up_the_last_call_is_told_once(people: People, user_id: UserId) -> None:
    async with process(people, every=0.01) as calls:
        for _ in range(3):
            await call(calls, user_id, LIMIT)
            await asyncio.sleep(0.05)
    async with process(people) as again:
        await call(again, user_id, 5)

    events = await people.all(OutboxEvent, eq("name", "LimitReached"))
    (event,) = [item for item in events if item.payload["user_id"] == str(user_id)]
    assert event.payload["resource"] == "api_calls_per_day"
    assert event.payload["resets_at"] == "2026-01-16T00:00:00.000Z"


async def test_many_users_are_stored_together(people: People) -> None:
    people.clock.set(NOON)
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    users = [
        (await people.register(email=f"{people.ids.new().hex}@example.com")).id for _ in range(6)
    ]
    await subscribe(user_id=users[0], choice=PlanChoice(pro.id))
    async with process(people) as calls:
        for number, user in enumerate(users):
            await call(calls, user, LIMIT + number)

    counts = [(await stored(people, user))[0] for user in users]
    assert counts == [LIMIT] * 6
    async with process(people) as calls:
        assert [await call(calls, user, 1) for user in users] == [1, 0, 0, 0, 0, 0]


async def test_a_plan_without_the_limit_counts_all_the_same(
    people: People, user_id: UserId
) -> None:
    (enterprise,) = await people.all(Plan, eq("name", "Enterprise"))
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    await subscribe(user_id=user_id, choice=PlanChoice(enterprise.id))

    async with process(people) as calls:
        assert await call(calls, user_id, 300) == 300

    assert await stored(people, user_id) == [300]


async def test_a_limit_set_below_what_is_used_refuses_with_both_numbers(
    people: People, user_id: UserId
) -> None:
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    await subscribe(user_id=user_id, choice=PlanChoice(pro.id))
    async with process(people) as calls:
        await call(calls, user_id, 20)
    lower = tuple(replace(it, value=Decimal(5)) for it in pro.limits)

    await UpdatePlan(people.uow)(plan_id=pro.id, changes={"limits": lower})

    async with process(people) as calls:
        with pytest.raises(QuotaExceeded, match=r"allows 5 api_calls_per_day, 20 are used"):
            await calls.count(user_id)
    assert await stored(people, user_id) == [20]
    await UpdatePlan(people.uow)(plan_id=pro.id, changes={"limits": pro.limits})


@dataclass
class Closed:
    """A unit of work on a store that can be away."""

    people: People
    away: bool = False
    tries: list[datetime] = field(default_factory=list)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Transaction]:
        if self.away:
            self.tries.append(self.people.clock.now())
            raise Unavailable("The store is away.")
        async with self.people.uow() as tx:
            yield tx


async def test_what_cannot_be_stored_is_kept_for_later(
    people: People, user_id: UserId, caplog: pytest.LogCaptureFixture
) -> None:
    door = Closed(people)
    calls = BatchedApiCalls(door, people.clock, people.ids, CallTerms(0.01, few_left=0))
    await call(calls, user_id, 3)
    door.away = True

    with caplog.at_level(logging.ERROR, logger="moniqo.adapters.api_calls"):

        async def tried() -> bool:
            return len(door.tries) > 1

        await eventually(tried)
    await call(calls, user_id, 2)
    door.away = False
    await calls.close()

    assert await stored(people, user_id) == [5]
    assert "could not be stored" in caplog.text


async def test_counts_at_hand_are_bounded(people: People, user_id: UserId) -> None:
    other = (await people.register(email=f"{people.ids.new().hex}@example.com")).id
    terms = CallTerms(0.01, few_left=0, remembered=1)
    calls = BatchedApiCalls(people.uow, people.clock, people.ids, terms)

    await call(calls, user_id, 3)
    await call(calls, other, 4)

    async def both() -> bool:
        return await stored(people, user_id) == [3] and await stored(people, other) == [4]

    await eventually(both)
    await call(calls, user_id, 2)
    people.clock.advance(seconds=timedelta(days=1).total_seconds())
    await calls.close()

    assert await stored(people, user_id) == [5]
