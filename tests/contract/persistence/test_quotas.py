"""Quotas: counted exactly, by whomever at once, within the plan that holds at that instant."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.quotas import StoredQuotas, Unlimited
from moniqo.application.billing.quotas import Quotas, Reservation
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.query import eq
from moniqo.domain.billing.plan import Plan, Resource
from moniqo.domain.billing.usage import Usage
from moniqo.domain.shared.errors import QuotaExceeded
from moniqo.domain.shared.ids import UserId
from support.clock import SettableClock
from support.people import People
from support.store import Place, prepared

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


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


@pytest.fixture
def quotas(people: People) -> Quotas:
    return StoredQuotas(people.clock, people.ids)


async def take(people: People, quotas: Quotas, user_id: UserId, resource: Resource) -> None:
    async def attempt() -> None:
        async with people.uow() as tx:
            await quotas.take(tx, user_id=user_id, resource=resource)

    await settled(attempt)


async def used(people: People, user_id: UserId, resource: Resource) -> list[Decimal]:
    rows: tuple[Usage, ...] = await people.all(
        Usage, eq("user_id", user_id), eq("resource", resource)
    )
    return [row.used + row.reserved for row in sorted(rows, key=lambda row: row.period_start)]


async def test_of_thirty_at_once_as_many_pass_as_are_left(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    answers = await asyncio.gather(
        *(take(people, quotas, user_id, Resource.TRADES_PER_DAY) for _ in range(30)),
        return_exceptions=True,
    )

    refused = [answer for answer in answers if isinstance(answer, QuotaExceeded)]
    assert len(refused) == 20
    assert refused[0].message == "The plan allows 10 trades_per_day, 10 are used."
    assert await used(people, user_id, Resource.TRADES_PER_DAY) == [10]


async def test_a_new_day_begins_at_midnight_utc(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    people.clock.set(datetime(2026, 1, 31, 23, 59, 59, 999000, tzinfo=UTC))
    await take(people, quotas, user_id, Resource.RUNS_PER_DAY)
    people.clock.advance(milliseconds=1)
    await take(people, quotas, user_id, Resource.RUNS_PER_DAY)

    assert await used(people, user_id, Resource.RUNS_PER_DAY) == [1, 1]


async def test_what_is_deleted_is_given_back(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    await take(people, quotas, user_id, Resource.AGENTS)
    with pytest.raises(QuotaExceeded):
        await take(people, quotas, user_id, Resource.AGENTS)
    people.clock.advance(days=100)
    async with people.uow() as tx:
        await quotas.give_back(tx, user_id=user_id, resource=Resource.AGENTS)

    await take(people, quotas, user_id, Resource.AGENTS)

    assert await used(people, user_id, Resource.AGENTS) == [1]


async def test_work_that_fails_uses_nothing(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    with pytest.raises(LookupError):
        async with people.uow() as tx:
            await quotas.take(tx, user_id=user_id, resource=Resource.FLOWS)
            raise LookupError

    assert await used(people, user_id, Resource.FLOWS) == []


async def test_another_plan_counts_at_once(people: People, quotas: Quotas, user_id: UserId) -> None:
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    await take(people, quotas, user_id, Resource.AGENTS)

    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    await subscribe(user_id=user_id, choice=PlanChoice(pro.id))

    await take(people, quotas, user_id, Resource.AGENTS)
    assert await used(people, user_id, Resource.AGENTS) == [2]


async def test_model_cost_is_set_aside_and_settled_to_the_last_digit(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    async with people.uow() as tx:
        reservation = await quotas.reserve(tx, user_id=user_id, amount=Decimal("0.9"))
    with pytest.raises(QuotaExceeded, match=r"allows 1 llm_cost_per_month, 0\.9 are used"):
        async with people.uow() as tx:
            await quotas.reserve(tx, user_id=user_id, amount=Decimal("0.100000000000000001"))
    people.clock.advance(days=30)

    async with people.uow() as tx:
        await quotas.settle(tx, reservation, actual=Decimal("0.123456789012345678"))

    cost = Resource.LLM_COST_PER_MONTH
    assert reservation.period_start == datetime(2026, 1, 1, tzinfo=UTC)
    assert await used(people, user_id, cost) == [Decimal("0.123456789012345678")]


async def test_a_simulation_is_unlimited_and_counts_nothing(
    people: People, user_id: UserId
) -> None:
    quotas: Quotas = Unlimited()

    async with people.uow() as tx:
        await quotas.take(tx, user_id=user_id, resource=Resource.AGENTS, amount=10**9)
        await quotas.give_back(tx, user_id=user_id, resource=Resource.AGENTS)
        reservation = await quotas.reserve(tx, user_id=user_id, amount=Decimal(10**9))
        await quotas.settle(tx, reservation, actual=Decimal(1))

    assert isinstance(reservation, Reservation)
    assert await people.all(Usage, eq("user_id", user_id)) == ()
