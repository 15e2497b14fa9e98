"""Runs and backtests as tasks: whoever finds somebody else at one comes back later."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.application.agents.test_backtests import a_crossing_flow, imported, runner, started

from moniqo.adapters.queue.stored import StoredTasks
from moniqo.adapters.system import SystemClock, Uuid7Ids
from moniqo.application.agents.do_backtest import DoBacktest
from moniqo.application.agents.do_run import DoRun
from moniqo.application.operations.held_task import HeldTask
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.tasks import NotYet, Wanted
from moniqo.domain.agents.backtest import Backtest, BacktestStatus
from moniqo.domain.agents.run import FlowRun, RunStatus
from moniqo.domain.shared.errors import Undeliverable
from moniqo.domain.shared.types import JsonObject
from support.desk import Desk
from support.trading_floor import START, TradingFloor, answer, flat_bars

LEASE = timedelta(minutes=1)


async def taken(uow: UnitOfWork, **payload: str) -> HeldTask:
    """A task in the hands of a worker."""
    async with uow() as tx:
        tasks = StoredTasks(SystemClock(), Uuid7Ids(), {})
        return HeldTask(uow, await tasks.add(tx, Wanted("any", payload=JsonObject(payload))))


async def test_a_run_that_somebody_else_is_at_is_looked_after_until_it_ends() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    floor.model.script = [answer("hold")]
    run, do = await floor.queued(), DoRun(floor.uow, floor.run_flow)
    async with floor.uow() as tx:
        await tx[FlowRun].save(run.claimed("somebody", floor.clock.now(), LEASE))
    task = await taken(floor.uow, run_id=str(run.id))

    with pytest.raises(NotYet) as waiting:
        await do(task)
    floor.clock.set(floor.clock.now() + LEASE)
    await do(task)

    assert waiting.value.retry_after == 2
    assert [it.status for it in await floor.all(FlowRun)] == [RunStatus.SUCCEEDED]


@pytest.mark.parametrize(
    "payload", [{}, {"run_id": "7"}, {"run_id": str(UUID(int=7))}], ids=["none", "odd", "unknown"]
)
async def test_a_task_without_its_run_is_not_tried_again(payload: dict[str, str]) -> None:
    floor = await TradingFloor(flat_bars(2)).open()

    with pytest.raises(Undeliverable):
        await DoRun(floor.uow, floor.run_flow)(await taken(floor.uow, **payload))


@pytest.mark.parametrize("backtest_id", ["7", str(UUID(int=7))])
async def test_a_task_without_its_backtest_is_not_tried_again(desk: Desk, backtest_id: str) -> None:
    do = DoBacktest(desk.uow, runner(desk), lambda _: None)

    with pytest.raises(Undeliverable):
        await do(await taken(desk.uow, backtest_id=backtest_id))


async def test_a_backtest_that_somebody_else_is_at_is_looked_after_until_it_ends(
    desk: Desk,
) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 30)
    desk.clock.set(START + timedelta(days=365))
    backtest = await started(desk, await a_crossing_flow(desk, await desk.user()))
    async with desk.uow() as tx:
        await tx[Backtest].save(backtest.begun(desk.clock.now(), LEASE))
    do = DoBacktest(desk.uow, runner(desk), lambda _: None)
    task = await taken(desk.uow, backtest_id=str(backtest.id))

    with pytest.raises(NotYet):
        await do(task)
    desk.clock.set(desk.clock.now() + LEASE)
    await do(task)

    async with desk.uow() as tx:
        assert (await tx[Backtest].get(backtest.id)).status is BacktestStatus.SUCCEEDED
