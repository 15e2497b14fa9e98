"""Quotas: counted exactly, by whomever at once, within the plan that holds at that instant."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.quotas import StoredQuotas, Unlimited
from moniqo.adapters.security.aes_gcm_vault import AesGcmVault
from moniqo.application.agents.agent_drafts import AgentDraft
from moniqo.application.agents.archive_agent import ArchiveAgent
from moniqo.application.agents.create_agent import CreateAgent
from moniqo.application.billing.create_plan import CreatePlan
from moniqo.application.billing.plan_drafts import PlanDraft
from moniqo.application.billing.quotas import Quotas, Reservation
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.billing.update_plan import UpdatePlan
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.domain.agents.agent import Agent, Provider
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan, PlanLimit, Resource
from moniqo.domain.billing.usage import Usage
from moniqo.domain.shared.errors import QuotaExceeded
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject
from support.clock import SettableClock
from support.people import KEYS, People
from support.store import Place, prepared

DRAFT = AgentDraft(
    name="Crosser",
    provider=Provider.BUILTIN,
    model_id="ma_cross",
    config=JsonObject({"strategy": "ma_cross"}),
)
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


async def told(people: People, user_id: UserId) -> list[tuple[object, ...]]:
    """Every limit that the user was told of, in order."""
    events = await people.all(OutboxEvent, eq("name", "LimitReached"))
    return [
        tuple(event.payload[name] for name in ("resource", "limit", "resets_at"))
        for event in events
        if event.payload["user_id"] == str(user_id)
    ]


def create_agent(people: People) -> CreateAgent:
    quotas = StoredQuotas(people.clock, people.ids)
    return CreateAgent(people.uow, people.ids, AesGcmVault(keys=KEYS), quotas)


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A unit of work in which something goes wrong at the last moment."""

    uow: UnitOfWork

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Transaction]:
        async with self.uow() as tx:
            yield tx
            raise LookupError


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


async def test_what_never_came_to_be_is_given_back_to_the_day_it_was_taken(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    trades = Resource.TRADES_PER_DAY
    await take(people, quotas, user_id, trades)
    yesterday = people.clock.now()
    people.clock.advance(days=1)
    await take(people, quotas, user_id, trades)

    async with people.uow() as tx:
        await quotas.give_back(tx, user_id=user_id, resource=trades, taken_at=yesterday)

    assert await used(people, user_id, trades) == [0, 1]


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


async def test_of_fifty_creations_at_once_with_one_unit_left_one_succeeds(
    people: People, user_id: UserId
) -> None:
    create = create_agent(people)

    answers = await asyncio.gather(
        *(create(user_id=user_id, draft=DRAFT) for _ in range(50)), return_exceptions=True
    )

    refused = [answer for answer in answers if isinstance(answer, QuotaExceeded)]
    assert len(refused) == 49
    assert refused[0].message == "The plan allows 1 agents, 1 are used."
    rows = await people.all(Agent, eq("owner_id", user_id))
    assert await used(people, user_id, Resource.AGENTS) == [len(rows)] == [1]


async def test_a_creation_that_fails_gives_its_unit_back(people: People, user_id: UserId) -> None:
    broken = replace(create_agent(people), uow=Interrupted(people.uow))
    with pytest.raises(LookupError):
        await broken(user_id=user_id, draft=DRAFT)
    before = await used(people, user_id, Resource.AGENTS)

    await create_agent(people)(user_id=user_id, draft=DRAFT)

    assert before == []
    assert await used(people, user_id, Resource.AGENTS) == [1]


async def test_creations_and_removals_at_once_leave_as_many_counted_as_there_are(
    people: People, user_id: UserId
) -> None:
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    await subscribe(user_id=user_id, choice=PlanChoice(pro.id))
    create = create_agent(people)
    remove = ArchiveAgent(people.uow, StoredQuotas(people.clock, people.ids))
    first = [await create(user_id=user_id, draft=DRAFT) for _ in range(6)]

    await asyncio.gather(
        *(remove(user_id=user_id, agent_id=agent.id) for agent in first),
        *(create(user_id=user_id, draft=DRAFT) for _ in range(8)),
        return_exceptions=True,
    )

    rows = await people.all(Agent, eq("owner_id", user_id))
    assert await used(people, user_id, Resource.AGENTS) == [len(rows)]
    assert len(rows) <= 10


async def test_a_limit_set_below_what_is_in_use_takes_nothing_away(
    people: People, user_id: UserId
) -> None:
    limits = tuple(
        PlanLimit(resource=it, title=it.value, value=Decimal(3)) for it in (Resource.AGENTS,)
    )
    draft = PlanDraft(name=user_id.hex, price=Decimal(1), limits=limits)
    plan = await CreatePlan(people.uow, people.ids)(draft=draft)
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    await subscribe(user_id=user_id, choice=PlanChoice(plan.id))
    create = create_agent(people)
    for _ in range(3):
        await create(user_id=user_id, draft=DRAFT)
    lowered = (limits[0].with_(value=Decimal(1)),)

    await UpdatePlan(people.uow)(plan_id=plan.id, changes={"limits": lowered})

    with pytest.raises(QuotaExceeded, match="allows 1 agents, 3 are used"):
        await create(user_id=user_id, draft=DRAFT)
    assert len(await people.all(Agent, eq("owner_id", user_id))) == 3


async def test_who_uses_up_a_limit_is_told_once_and_again_at_a_higher_one(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    async def back_and_again() -> None:
        async with people.uow() as tx:
            await quotas.give_back(tx, user_id=user_id, resource=Resource.AGENTS)
        await take(people, quotas, user_id, Resource.AGENTS)

    await take(people, quotas, user_id, Resource.AGENTS)
    await back_and_again()
    await back_and_again()
    once = await told(people, user_id)
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    await subscribe(user_id=user_id, choice=PlanChoice(pro.id))
    for _ in range(9):
        await take(people, quotas, user_id, Resource.AGENTS)

    assert once == [("agents", "1", None)]
    assert await told(people, user_id) == [*once, ("agents", "10", None)]


async def test_who_asks_for_more_than_is_left_is_told_once(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    for _ in range(3):
        async with people.uow() as tx:
            await quotas.tell(tx, user_id=user_id, resource=Resource.LLM_COST_PER_MONTH)

    assert await told(people, user_id) == [("llm_cost_per_month", "1", "2026-02-01T00:00:00.000Z")]


async def test_who_has_no_limit_is_told_of_none(
    people: People, quotas: Quotas, user_id: UserId
) -> None:
    (enterprise,) = await people.all(Plan, eq("name", "Enterprise"))
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    await subscribe(user_id=user_id, choice=PlanChoice(enterprise.id))

    await take(people, quotas, user_id, Resource.AGENTS)
    async with people.uow() as tx:
        await quotas.tell(tx, user_id=user_id, resource=Resource.AGENTS)

    assert await told(people, user_id) == []


async def test_a_simulation_is_unlimited_and_counts_nothing(
    people: People, user_id: UserId
) -> None:
    quotas: Quotas = Unlimited()

    async with people.uow() as tx:
        await quotas.take(tx, user_id=user_id, resource=Resource.AGENTS, amount=10**9)
        await quotas.give_back(tx, user_id=user_id, resource=Resource.AGENTS)
        await quotas.tell(tx, user_id=user_id, resource=Resource.AGENTS)
        reservation = await quotas.reserve(tx, user_id=user_id, amount=Decimal(10**9))
        await quotas.settle(tx, reservation, actual=Decimal(1))

    assert isinstance(reservation, Reservation)
    assert await people.all(Usage, eq("user_id", user_id)) == ()
