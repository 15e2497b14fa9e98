"""Schedules start runs: once a slot, one for all that was missed, none that the plan forbids."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from moniqo.adapters.schedules import CronSchedules
from moniqo.application.agents.fire_schedules import FireSchedules
from moniqo.application.agents.start_run import RUN_FLOW
from moniqo.application.billing.subscribing import default_plan
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.agents.run import FlowRun, RunStatus, Trigger
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan, PlanLimit, Resource
from moniqo.domain.shared.ids import UserId
from support.desk import Desk
from support.factories import a_flow, a_wallet
from support.trading_floor import NotedQueue

HOURLY = "0 * * * *"


def firing(desk: Desk, queue: NotedQueue | None = None) -> FireSchedules:
    parts = (desk.uow, desk.clock, desk.ids, desk.quotas, CronSchedules())
    return FireSchedules(*parts, queue or NotedQueue())


async def a_due_flow(desk: Desk, user_id: UserId, **fields: object) -> Flow:
    due = {"status": FlowStatus.ACTIVE, "schedule": HOURLY} | fields
    due.setdefault("next_run_at", desk.clock.now() - timedelta(minutes=1))
    return await a_flow(desk, user_id, **due)


async def runs_of(desk: Desk, flow: Flow) -> tuple[FlowRun, ...]:
    async with desk.uow() as tx:
        return (await tx[FlowRun].page(Listing(where=(eq("flow_id", flow.id),), limit=50))).items


async def stored(desk: Desk, flow: Flow) -> Flow:
    async with desk.uow() as tx:
        return await tx[Flow].get(flow.id)


async def test_a_slot_that_has_come_queues_a_run_and_the_next_one_is_set(desk: Desk) -> None:
    user_id, queue = await desk.user(), NotedQueue()
    flow = await a_due_flow(desk, user_id)

    assert await firing(desk, queue)() == 1

    (run,) = await runs_of(desk, flow)
    assert (run.trigger, run.status) == (Trigger.SCHEDULE, RunStatus.QUEUED)
    (wanted,) = queue.wanted
    assert (wanted.kind, wanted.owner_id) == (RUN_FLOW, user_id)
    assert wanted.payload == {"run_id": str(run.id)}
    after = await stored(desk, flow)
    assert after.next_run_at == CronSchedules().next_after(HOURLY, desk.clock.now())
    assert after.last_run_at == desk.clock.now()


async def test_slots_that_were_missed_become_one_run(desk: Desk) -> None:
    long_ago = desk.clock.now() - timedelta(days=3)
    flow = await a_due_flow(desk, await desk.user(), next_run_at=long_ago)
    fire = firing(desk)

    assert [await fire(), await fire()] == [1, 0]

    assert len(await runs_of(desk, flow)) == 1


async def test_a_slot_is_fired_once_by_whoever_looks(desk: Desk) -> None:
    flow = await a_due_flow(desk, await desk.user())

    counts = await asyncio.gather(*(firing(desk)() for _ in range(8)))

    assert sum(counts) == 1
    assert len(await runs_of(desk, flow)) == 1


async def test_while_a_scheduled_run_waits_a_slot_passes(desk: Desk) -> None:
    flow = await a_due_flow(desk, await desk.user())
    await firing(desk)()
    desk.clock.set(desk.clock.now() + timedelta(hours=2))

    assert await firing(desk)() == 0

    assert len(await runs_of(desk, flow)) == 1
    assert (await stored(desk, flow)).next_run_at > desk.clock.now()


async def test_without_a_run_left_in_the_plan_a_slot_passes(desk: Desk) -> None:
    user_id = await desk.user()
    for _ in range(20):
        await a_due_flow(desk, user_id)
    last = await a_due_flow(desk, user_id, next_run_at=desk.clock.now() - timedelta(seconds=1))

    assert await firing(desk)() == 20

    assert await runs_of(desk, last) == ()
    assert (await stored(desk, last)).next_run_at > desk.clock.now()


async def test_whose_runs_are_more_than_the_plan_allows_is_told_once_of_it(desk: Desk) -> None:
    user_id = await desk.user()
    for _ in range(2):
        await a_due_flow(desk, user_id)
    await firing(desk)()
    async with desk.uow() as tx:
        plan = await default_plan(tx)
        await tx[Plan].save(plan.with_(limits=tuple(map(_cut, plan.limits))))

    for _ in range(2):
        await a_due_flow(desk, user_id)
        assert await firing(desk)() == 0

    async with desk.uow() as tx:
        told = (await tx[OutboxEvent].page(Listing(where=(eq("name", "LimitReached"),)))).items
    assert [event.payload["limit"] for event in told] == ["1"]


def _cut(limit: PlanLimit) -> PlanLimit:
    is_cut = limit.resource is Resource.RUNS_PER_DAY
    return replace(limit, value=Decimal(1)) if is_cut else limit


async def test_with_a_wallet_out_of_use_a_slot_passes(desk: Desk) -> None:
    user_id = await desk.user()
    account = await a_wallet(desk, user_id, is_active=False)
    flow = await a_due_flow(desk, user_id, user_wallet_id=account.id)

    assert await firing(desk)() == 0

    assert await runs_of(desk, flow) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": FlowStatus.PAUSED},
        {"next_run_at": None},
        {"next_run_at": "later"},
    ],
)
async def test_a_flow_whose_time_has_not_come_is_left_alone(
    desk: Desk, fields: dict[str, object]
) -> None:
    if fields.get("next_run_at") == "later":
        fields = {"next_run_at": desk.clock.now() + timedelta(seconds=1)}
    flow = await a_due_flow(desk, await desk.user(), **fields)

    assert await firing(desk)() == 0

    assert await stored(desk, flow) == flow
