"""Backtests: the live use cases over the past, on a store of their own."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from moniqo.adapters.llm.builtin import BuiltinModel
from moniqo.adapters.market_data.stored import StoredMarketData
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.simulation.laboratory import MemoryLaboratory
from moniqo.application.agents.laboratory import Simulation, World
from moniqo.application.agents.run_backtest import RunBacktest
from moniqo.application.agents.start_backtest import RUN_BACKTEST, BacktestRequest, StartBacktest
from moniqo.domain.agents.agent import Provider
from moniqo.domain.agents.backtest import Backtest, BacktestStatus
from moniqo.domain.agents.flow import Flow, FlowStep
from moniqo.domain.shared.errors import Invalid, NotFound, RuleViolated, Unavailable
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.order import Order
from moniqo.domain.trading.trade import Trade
from support.desk import Desk
from support.factories import a_flow, a_prompt, a_wallet, an_agent, an_instrument
from support.reference import moving_average_cross, write_waves
from support.trading_floor import START, NotedQueue, ScriptedModel, TradingFloor, answer, bars

D = Decimal
LEASE = timedelta(minutes=1)
CROSS = JsonObject({"strategy": "ma_cross"})


async def a_crossing_flow(desk: Desk, user_id: UserId, **config: object) -> Flow:
    agent = await an_agent(
        desk, user_id, provider=Provider.BUILTIN, config=JsonObject({**CROSS, **config})
    )
    prompt = await a_prompt(desk, user_id)
    account = await a_wallet(desk, user_id)
    steps = (FlowStep(0, prompt.id, agent.id),)
    return await a_flow(desk, user_id, steps=steps, user_wallet_id=account.id)


async def imported(desk: Desk, rows: list[tuple[object, object, object, object]]) -> None:
    await an_instrument(desk)
    async with desk.uow() as tx:
        candles = bars(*rows)
        await tx[type(candles[0])].add_many(candles)


def runner(desk: Desk, model: ScriptedModel | BuiltinModel | None = None) -> RunBacktest:
    laboratory = MemoryLaboratory(REGISTRY, desk.renderer, model or BuiltinModel())
    return RunBacktest(
        desk.uow, desk.clock, StoredMarketData(desk.uow, desk.clock), laboratory, LEASE
    )


async def started(desk: Desk, flow: Flow, bars_: int = 10_000, **terms: object) -> Backtest:
    request = BacktestRequest(
        from_=START,
        to=START + timedelta(hours=bars_),
        **terms,  # type: ignore[arg-type]
    )
    start = StartBacktest(desk.uow, desk.clock, desk.ids, NotedQueue())
    return await start(user_id=flow.user_id, flow_id=flow.id, request=request)


def waves(folder: Path) -> list[tuple[object, object, object, object]]:
    lines = write_waves(folder / "waves.csv").read_text().splitlines()[1:]
    return [tuple(line.split(",")[1:5]) for line in lines]  # type: ignore[misc]


async def test_a_backtest_equals_an_independent_reckoning(desk: Desk, tmp_path: Path) -> None:
    await imported(desk, waves(tmp_path))
    desk.clock.set(START + timedelta(days=365))
    flow = await a_crossing_flow(desk, await desk.user())
    expected = moving_average_cross(tmp_path / "waves.csv")
    backtest = await started(desk, flow)
    seen: list[int] = []

    ended = await runner(desk)(backtest_id=backtest.id, on_bar=seen.append)

    assert ended.status is BacktestStatus.SUCCEEDED
    assert ended.metrics is not None
    assert (ended.metrics.final_equity, ended.metrics.fees) == (expected.equity, expected.fees)
    assert [
        (trade.entry_bar, trade.exit_bar, trade.quantity, trade.profit_loss)
        for trade in ended.trades
    ] == [
        (trade.entry_bar, trade.exit_bar, trade.quantity, trade.profit_loss)
        for trade in expected.closed
    ]
    assert seen[-1] == ended.metrics.bars == 400
    assert seen == sorted(seen)


async def test_nothing_of_the_users_is_touched(desk: Desk, tmp_path: Path) -> None:
    await imported(desk, waves(tmp_path))
    desk.clock.set(START + timedelta(days=365))
    flow = await a_crossing_flow(desk, await desk.user())
    backtest = await started(desk, flow)

    await runner(desk)(backtest_id=backtest.id)

    async with desk.uow() as tx:
        assert await tx[Trade].count() == await tx[Order].count() == 0
        assert await tx[Flow].get(flow.id) == flow


async def test_the_same_backtest_twice_has_the_same_result(desk: Desk, tmp_path: Path) -> None:
    await imported(desk, waves(tmp_path))
    desk.clock.set(START + timedelta(days=365))
    flow = await a_crossing_flow(desk, await desk.user())
    run = runner(desk)

    first = await run(backtest_id=(await started(desk, flow)).id)
    second = await run(backtest_id=(await started(desk, flow)).id)

    assert replace_run(first) == replace_run(second)


def replace_run(backtest: Backtest) -> tuple[object, ...]:
    return (backtest.metrics, backtest.equity_curve, backtest.trades, backtest.open_trade)


async def test_a_position_open_at_the_end_is_told_apart(desk: Desk) -> None:
    falling = [(n, n, n, n) for n in range(60, 30, -1)]
    rising = [(n, n, n, n) for n in range(30, 60)]
    await imported(desk, [*falling, *rising])
    desk.clock.set(START + timedelta(days=365))
    flow = await a_crossing_flow(desk, await desk.user())

    ended = await runner(desk)(backtest_id=(await started(desk, flow)).id)

    assert ended.trades == ()
    assert ended.open_trade is not None
    assert ended.open_trade.exit_bar is None
    assert ended.metrics is not None
    assert ended.metrics.closed_trades == 0
    assert ended.metrics.win_rate is None


async def test_slippage_and_fees_are_those_of_the_backtest(desk: Desk) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 3)
    desk.clock.set(START + timedelta(days=1))
    flow = await a_crossing_flow(desk, await desk.user())
    backtest = await started(desk, flow, fee_rate=D("0.01"), slippage=D("0.1"))
    script = [answer("buy", quantity="1"), answer("hold"), answer("hold")]

    ended = await runner(desk, ScriptedModel(script))(backtest_id=backtest.id)  # type: ignore[arg-type]

    assert ended.open_trade is None or ended.open_trade.fees >= D(1)


async def test_only_the_candles_of_the_range_are_replayed(desk: Desk) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 10)
    desk.clock.set(START + timedelta(days=1))
    flow = await a_crossing_flow(desk, await desk.user())

    ended = await runner(desk)(backtest_id=(await started(desk, flow, bars_=4)).id)

    assert ended.metrics is not None
    assert ended.metrics.bars == 4


async def test_without_candles_a_backtest_fails_and_says_so(desk: Desk) -> None:
    await an_instrument(desk)
    flow = await a_crossing_flow(desk, await desk.user())

    ended = await runner(desk)(backtest_id=(await started(desk, flow, bars_=5)).id)

    assert ended.status is BacktestStatus.FAILED
    assert (ended.error or "").startswith("There are no 1h candles of BTC/USDT")


async def test_a_run_that_fails_ends_the_backtest_with_its_reason(desk: Desk) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 3)
    desk.clock.set(START + timedelta(days=1))
    flow = await a_crossing_flow(desk, await desk.user())

    ended = await runner(desk, ScriptedModel(["?", "?"]))(
        backtest_id=(await started(desk, flow)).id
    )

    assert ended.status is BacktestStatus.FAILED
    assert "2026-01-01 01:00" in (ended.error or "")


async def test_a_backtest_that_has_ended_is_not_run_again(desk: Desk) -> None:
    await an_instrument(desk)
    flow = await a_crossing_flow(desk, await desk.user())
    backtest = await started(desk, flow)
    await runner(desk)(backtest_id=backtest.id)

    assert await runner(desk)(backtest_id=backtest.id) is None


async def test_a_backtest_that_died_is_run_again_once_its_lease_is_over(desk: Desk) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 60)
    desk.clock.set(START + timedelta(days=365))
    flow = await a_crossing_flow(desk, await desk.user())
    backtest = await started(desk, flow)

    def die(bars: int) -> None:
        if bars > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await runner(desk)(backtest_id=backtest.id, on_bar=die)
    held = await runner(desk)(backtest_id=backtest.id)
    desk.clock.set(desk.clock.now() + LEASE)
    ended = await runner(desk)(backtest_id=backtest.id)

    assert held is None
    assert ended is not None
    assert (ended.status, ended.progress) == (BacktestStatus.SUCCEEDED, 100)


async def test_a_backtest_does_not_fail_because_the_store_was_away(desk: Desk) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 60)
    desk.clock.set(START + timedelta(days=365))
    backtest = await started(desk, await a_crossing_flow(desk, await desk.user()))

    def go_away(_: int) -> None:
        raise Unavailable("The store does not answer.")

    with pytest.raises(Unavailable):
        await runner(desk)(backtest_id=backtest.id, on_bar=go_away)
    desk.clock.set(desk.clock.now() + LEASE)
    ended = await runner(desk)(backtest_id=backtest.id)

    assert ended is not None
    assert ended.status is BacktestStatus.SUCCEEDED


async def test_a_replay_leaves_turns_to_other_work(desk: Desk) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 60)
    desk.clock.set(START + timedelta(days=365))
    backtest = await started(desk, await a_crossing_flow(desk, await desk.user()))
    turns = 0

    replaying = asyncio.create_task(runner(desk)(backtest_id=backtest.id))
    while not replaying.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns >= 60 // 5


async def test_progress_is_stored_as_the_replay_advances(desk: Desk) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 60)
    desk.clock.set(START + timedelta(days=365))
    flow = await a_crossing_flow(desk, await desk.user())
    backtest = await started(desk, flow)
    run = runner(desk)

    await run(backtest_id=backtest.id)

    async with desk.uow() as tx:
        stored = await tx[Backtest].get(backtest.id)
    # Stored when queued, begun, twice under way (26 and 51 of 60 bars) and at the end.
    assert stored.version == 5


async def test_a_backtest_that_was_taken_over_keeps_the_others_result(desk: Desk) -> None:
    await imported(desk, [(100, 100, 100, 100)] * 60)
    desk.clock.set(START + timedelta(days=365))
    flow = await a_crossing_flow(desk, await desk.user())
    backtest = await started(desk, flow)
    laboratory = MemoryLaboratory(REGISTRY, desk.renderer, BuiltinModel())

    class Interrupting:
        async def simulate(self, world: World) -> Simulation:
            desk.clock.set(desk.clock.now() + LEASE)
            await runner(desk)(backtest_id=backtest.id)
            return await laboratory.simulate(world)

    late = replace(runner(desk), laboratory=Interrupting())

    assert await late(backtest_id=backtest.id) is None


async def test_a_backtest_is_queued_for_the_owner_alone(desk: Desk) -> None:
    flow = await a_crossing_flow(desk, await desk.user())
    queue = NotedQueue()
    start = StartBacktest(desk.uow, desk.clock, desk.ids, queue)
    request = BacktestRequest(from_=START, to=START + timedelta(hours=1))

    backtest = await start(user_id=flow.user_id, flow_id=flow.id, request=request)

    (wanted,) = queue.wanted
    assert (wanted.kind, wanted.owner_id) == (RUN_BACKTEST, flow.user_id)
    assert wanted.payload == {"backtest_id": str(backtest.id)}
    with pytest.raises(NotFound):
        await start(user_id=UserId(desk.ids.new()), flow_id=flow.id, request=request)


async def test_a_user_has_so_many_backtests_under_way_and_others_have_theirs(desk: Desk) -> None:
    first, second = [await a_crossing_flow(desk, await desk.user()) for _ in range(2)]
    start = StartBacktest(desk.uow, desk.clock, desk.ids, NotedQueue(), most_unfinished=2)
    request = BacktestRequest(from_=START, to=START + timedelta(hours=1))
    ended, _ = [
        await start(user_id=first.user_id, flow_id=first.id, request=request) for _ in range(2)
    ]

    with pytest.raises(RuleViolated, match="2 backtests"):
        await start(user_id=first.user_id, flow_id=first.id, request=request)
    others = await start(user_id=second.user_id, flow_id=second.id, request=request)
    await an_instrument(desk)
    await runner(desk)(backtest_id=ended.id)
    again = await start(user_id=first.user_id, flow_id=first.id, request=request)

    assert {others.status, again.status} == {BacktestStatus.QUEUED}


async def test_an_empty_range_is_refused(desk: Desk) -> None:
    flow = await a_crossing_flow(desk, await desk.user())

    with pytest.raises(Invalid, match="to: must be after"):
        await started(desk, flow, bars_=0)


async def test_what_runs_live_bar_by_bar_comes_to_the_same_as_the_replay(tmp_path: Path) -> None:
    rows = bars(*waves(tmp_path)[:120])
    live = await TradingFloor(rows, template="{{ symbol }}").open()
    config = live.agent.with_(provider=Provider.BUILTIN, config=CROSS, version=1)
    async with live.uow() as tx:
        await tx[type(config)].save(config)
    execute = live.execute
    live.run_flow = replace(
        live.run_flow,
        execute=replace(
            execute,
            begin=replace(execute.begin, model=BuiltinModel()),
            ask=replace(execute.ask, model=BuiltinModel()),
        ),
    )

    for bar in range(1, len(rows) + 1):
        live.at(bar)
        await live.settle()
        await live.run(bar)

    path = tmp_path / "short.csv"
    path.write_text("\n".join((tmp_path / "waves.csv").read_text().splitlines()[:121]))
    expected = moving_average_cross(path)
    closed = [trade for trade in await live.trades() if trade.profit_loss is not None]
    assert [trade.profit_loss for trade in closed] == [item.profit_loss for item in expected.closed]
    assert len(closed) > 0
