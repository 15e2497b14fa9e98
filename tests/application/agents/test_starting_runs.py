"""Runs are queued by their owners, counted against the plan, and executed right after."""

from datetime import timedelta

import pytest

from moniqo.application.agents.start_run import RUN_FLOW, RunRequest, StartRun
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.agents.run import RunStatus
from moniqo.domain.shared.errors import Invalid, NotFound, QuotaExceeded, RuleViolated
from moniqo.domain.shared.ids import UserId
from support.desk import Desk
from support.factories import a_catalogue_wallet, a_flow, a_wallet
from support.trading_floor import START, NotedQueue, TradingFloor, answer, flat_bars


async def an_active_flow(desk: Desk, user_id: UserId, **fields: object) -> Flow:
    return await a_flow(desk, user_id, status=FlowStatus.ACTIVE, **fields)


def starter(desk: Desk, queue: NotedQueue | None = None) -> StartRun:
    return StartRun(desk.uow, desk.clock, desk.ids, desk.quotas, queue or NotedQueue())


async def test_a_run_is_queued_with_the_flows_steps_and_handed_to_the_queue(desk: Desk) -> None:
    user_id, queue = await desk.user(), NotedQueue()
    flow = await an_active_flow(desk, user_id)

    run = await starter(desk, queue)(user_id=user_id, flow_id=flow.id)

    assert run.status is RunStatus.QUEUED
    assert [item.agent_id for item in run.steps] == [item.agent_id for item in flow.steps]
    (wanted,) = queue.wanted
    assert (wanted.kind, wanted.owner_id) == (RUN_FLOW, user_id)
    assert wanted.payload == {"run_id": str(run.id)}


async def test_a_paused_flow_does_not_run(desk: Desk) -> None:
    user_id = await desk.user()
    flow = await a_flow(desk, user_id, status=FlowStatus.PAUSED)

    with pytest.raises(RuleViolated, match="activate it first"):
        await starter(desk)(user_id=user_id, flow_id=flow.id)


async def test_a_flow_of_somebody_else_is_not_found(desk: Desk) -> None:
    flow = await an_active_flow(desk, await desk.user())

    with pytest.raises(NotFound):
        await starter(desk)(user_id=UserId(desk.ids.new()), flow_id=flow.id)


async def test_an_instant_in_the_future_is_refused(desk: Desk) -> None:
    user_id = await desk.user()
    flow = await an_active_flow(desk, user_id)
    later = RunRequest(as_of=desk.clock.now() + timedelta(seconds=1))

    with pytest.raises(Invalid, match="as_of"):
        await starter(desk)(user_id=user_id, flow_id=flow.id, request=later)


async def test_only_a_paper_wallet_can_run_in_the_past(desk: Desk) -> None:
    user_id = await desk.user()
    venue = await a_catalogue_wallet(desk, name="Real", provider="binance")
    account = await a_wallet(desk, user_id, wallet_id=venue.id)
    flow = await an_active_flow(desk, user_id, user_wallet_id=account.id)
    past = RunRequest(as_of=desk.clock.now() - timedelta(days=1))

    with pytest.raises(Invalid, match="paper"):
        await starter(desk)(user_id=user_id, flow_id=flow.id, request=past)


async def test_the_plans_runs_of_a_day_are_not_exceeded(desk: Desk) -> None:
    user_id = await desk.user()
    flow = await an_active_flow(desk, user_id)
    start = starter(desk)
    for _ in range(20):
        await start(user_id=user_id, flow_id=flow.id)

    with pytest.raises(QuotaExceeded):
        await start(user_id=user_id, flow_id=flow.id)


async def test_a_wallet_that_was_put_out_of_use_trades_no_more(desk: Desk) -> None:
    user_id = await desk.user()
    account = await a_wallet(desk, user_id, is_active=False)
    flow = await an_active_flow(desk, user_id, user_wallet_id=account.id)

    with pytest.raises(RuleViolated, match="wallet"):
        await starter(desk)(user_id=user_id, flow_id=flow.id)


async def test_the_time_of_a_flow_only_runs_forward() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    await floor.run(2, answer("buy", quantity="1"))
    floor.at(3)
    await floor.settle()
    await floor.run(3, answer("close"))
    floor.at(4)
    await floor.settle()
    start = StartRun(floor.uow, floor.clock, floor.ids, floor.quotas, floor.queue)
    before = RunRequest(as_of=START + timedelta(hours=2, minutes=59))
    after = RunRequest(as_of=START + timedelta(hours=3))

    with pytest.raises(Invalid, match="last order"):
        await start(user_id=floor.user_id, flow_id=floor.flow.id, request=before)
    run = await start(user_id=floor.user_id, flow_id=floor.flow.id, request=after)

    assert run.as_of == after.as_of


async def test_a_run_is_not_queued_before_one_that_waits(desk: Desk) -> None:
    user_id, now = await desk.user(), desk.clock.now()
    flow = await an_active_flow(desk, user_id)
    start = starter(desk)
    later = RunRequest(as_of=now - timedelta(hours=1))
    await start(user_id=user_id, flow_id=flow.id, request=later)

    with pytest.raises(Invalid, match="as_of"):
        await start(
            user_id=user_id, flow_id=flow.id, request=RunRequest(as_of=now - timedelta(hours=2))
        )
