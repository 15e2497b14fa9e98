"""A process may die between any two commits: what it had begun is resumed, never repeated."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from moniqo.domain.agents.run import MOST_ATTEMPTS, FlowRun, RunStatus, StepStatus
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.errors import RuleViolated, StaleVersion
from moniqo.domain.trading.order import Order, OrderStatus
from moniqo.domain.trading.wallet import UserWallet
from support.trading_floor import TradingFloor, answer, bars, flat_bars

D = Decimal


class Crash(BaseException):
    """The process dies here."""


async def die(*_: object, **__: object) -> None:
    raise Crash


async def crash_in(floor: TradingFloor, stage: str) -> FlowRun:
    """Execute a run that dies in a stage, and let its lease run out."""

    queued = await floor.queued()
    dying = replace(floor.execute, **{stage: die})
    with pytest.raises(Crash):
        await replace(floor.run_flow, execute=dying)(run_id=queued.id)
    floor.clock.set(floor.clock.now() + floor.run_flow.lease)
    return queued


@pytest.mark.parametrize("stage", ["begin", "ask", "intend", "send_order"])
async def test_a_run_that_died_in_any_stage_is_taken_over_and_orders_once(stage: str) -> None:
    floor = await TradingFloor(bars((9, 9, 9, 9), (10, 10, 10, 10), (11, 11, 11, 11))).open()
    floor.at(1)
    floor.model.script = [answer("buy", fraction="0.5")] * 2
    queued = await crash_in(floor, stage)

    run = await floor.run_flow(run_id=queued.id)

    assert run is not None
    assert (run.status, run.fence) == (RunStatus.SUCCEEDED, 2)
    (order,) = await floor.orders()
    assert floor.exchange.calls.count("submit") == 1
    assert order.status is OrderStatus.ACCEPTED


async def test_a_resumed_step_asks_about_the_snapshot_that_it_began_with() -> None:
    floor = await TradingFloor(bars((9, 9, 9, 9), (10, 10, 10, 10), (11, 11, 11, 11))).open()
    floor.at(1)
    queued = await crash_in(floor, "ask")
    floor.at(3)
    floor.model.script = [answer("hold")]

    run = await floor.run_flow(run_id=queued.id)

    assert floor.model.asked[0].snapshot.last.close == D(9)
    assert run is not None
    assert run.status is RunStatus.SUCCEEDED


async def test_a_snapshot_that_cannot_be_made_again_fails_the_run() -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    floor.at(1)
    queued = await crash_in(floor, "ask")
    async with floor.uow() as tx:
        run = await tx[FlowRun].get(queued.id)
        changed = replace(run.steps[0], input_digest="0" * 64)
        await tx[FlowRun].save(run.with_step(changed))

    ended = await floor.run_flow(run_id=queued.id)

    assert ended is not None
    assert ended.error == "The step's snapshot can no longer be made as it was."


async def test_an_order_that_reached_the_venue_before_the_line_was_cut_is_found_there() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.exchange.cut_after = 1

    run = await floor.run(1, answer("buy", fraction="0.5"))
    (unknown,) = await floor.orders()
    await floor.settle()

    (order,) = await floor.orders()
    assert run.status is RunStatus.SUCCEEDED
    assert unknown.status is OrderStatus.UNKNOWN
    assert order.status is OrderStatus.ACCEPTED
    assert floor.exchange.calls == ["submit", "lookup"]


async def test_an_order_that_never_reached_the_venue_is_sent_again_under_the_same_id() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.exchange.cut_before = 1

    await floor.run(1, answer("buy", fraction="0.5"))
    await floor.settle()

    (order,) = await floor.orders()
    assert order.status is OrderStatus.ACCEPTED
    assert floor.exchange.calls == ["submit", "lookup", "submit"]


async def test_an_intent_waits_for_a_venue_that_is_down() -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    floor.exchange.down = True
    await floor.run(1, answer("buy", fraction="0.5"))
    (waiting,) = await floor.orders()
    floor.exchange.down = False

    floor.at(2)
    await floor.settle()

    (order,) = await floor.orders()
    assert waiting.status is OrderStatus.INTENT
    assert order.status is OrderStatus.FILLED


async def test_the_same_report_applied_twice_changes_nothing() -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    await floor.run(1, answer("buy", fraction="0.5"))
    floor.at(2)
    await floor.settle()
    (before,) = await floor.orders()
    money = await floor.money()

    await floor.send_order(order_id=before.id)

    assert await floor.orders() == [before]
    assert await floor.money() == money


async def test_runs_of_one_flow_are_executed_one_after_the_other() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    first, second = await floor.queued(), await floor.queued()
    floor.model.script = [answer("hold"), answer("hold")]
    async with floor.uow() as tx:
        held = await tx[FlowRun].save(first.claimed("me", floor.clock.now(), timedelta(minutes=1)))
    refused = await floor.run_flow(run_id=second.id)
    floor.clock.set(floor.clock.now() + timedelta(minutes=1))

    ended = await floor.run_flow(run_id=held.id)

    assert refused is None
    assert ended is not None
    assert {run.status for run in await floor.all(FlowRun)} == {RunStatus.SUCCEEDED}


async def test_an_order_that_is_over_is_left_alone_and_cannot_be_cancelled() -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    await floor.run(1, answer("buy", fraction="0.5"))
    floor.at(2)
    await floor.settle()
    (order,) = await floor.orders()
    calls = list(floor.exchange.calls)

    assert (await floor.send_order.cancel(order_id=order.id)).status is OrderStatus.FILLED
    assert (await floor.send_order(order_id=order.id)).status is OrderStatus.FILLED
    assert floor.exchange.calls == calls


async def test_a_run_is_not_claimed_twice_while_its_lease_runs() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    run = (await floor.queued()).claimed("me", floor.clock.now(), timedelta(minutes=1))

    with pytest.raises(RuleViolated, match="being executed"):
        run.claimed("you", floor.clock.now(), timedelta(minutes=1))
    assert run.steps[0].status is StepStatus.PENDING


async def test_money_of_a_cancelled_order_is_free_again() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    await floor.run(1, answer("buy", fraction="0.5"))
    (order,) = await floor.orders()

    cancelled: Order = await floor.send_order.cancel(order_id=order.id)

    assert cancelled.status is OrderStatus.CANCELLED
    assert await floor.money() == {"USDT": (D(10000), D(0))}


async def test_a_step_that_began_without_a_snapshot_fails_the_run() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    queued = await floor.queued()
    async with floor.uow() as tx:
        await tx[FlowRun].save(queued.with_step(queued.steps[0].moved(StepStatus.DECIDING)))

    ended = await floor.run_flow(run_id=queued.id)

    assert ended is not None
    assert ended.error == "The step began without a snapshot."


async def test_an_executor_that_lost_its_run_leaves_it_to_the_other() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    queued = await floor.queued()

    async def overtaken(*_: object) -> None:
        raise StaleVersion("FlowRun was changed by somebody else meanwhile.")

    late = replace(floor.execute, begin=overtaken)  # type: ignore[arg-type]

    assert await replace(floor.run_flow, execute=late)(run_id=queued.id) is None
    async with floor.uow() as tx:
        assert (await tx[FlowRun].get(queued.id)).status is RunStatus.RUNNING


async def test_a_wallet_that_was_removed_fails_the_run_and_orders_nothing() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    async with floor.uow() as tx:
        await tx[UserWallet].remove(await tx[UserWallet].get(floor.account.id))

    run = await floor.run(1, answer("buy", fraction="0.5"))

    assert (run.status, run.error) == (RunStatus.FAILED, "The wallet was removed.")


async def test_a_wallet_that_is_removed_in_the_middle_of_a_step_fails_the_run() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    floor.model.script = [answer("buy", fraction="0.5")] * 2
    queued = await crash_in(floor, "intend")
    async with floor.uow() as tx:
        await tx[UserWallet].remove(await tx[UserWallet].get(floor.account.id))

    run = await floor.run_flow(run_id=queued.id)

    assert run is not None
    assert (run.status, run.error) == (RunStatus.FAILED, "The wallet was removed.")
    assert await floor.orders() == []


async def test_an_order_of_a_wallet_that_is_gone_is_still_booked() -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    await floor.run(1, answer("buy", fraction="0.5"))
    async with floor.uow() as tx:
        await tx[UserWallet].remove(await tx[UserWallet].get(floor.account.id))

    floor.at(2)
    await floor.settle()

    assert [order.status for order in await floor.orders()] == [OrderStatus.FILLED]


async def test_a_run_that_never_comes_to_an_end_is_given_up() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    queued = await floor.queued()
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Crash):
            await replace(floor.run_flow, execute=die)(run_id=queued.id)
        floor.clock.set(floor.clock.now() + floor.run_flow.lease)

    run = await floor.run_flow(run_id=queued.id)

    assert run is not None
    assert (run.status, run.error) == (RunStatus.FAILED, "It was begun too often.")
    assert [event.name for event in await floor.all(OutboxEvent)] == ["RunFailed"]


async def test_an_answer_is_paid_for_and_kept_even_if_it_comes_to_nothing() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.model.cost = D("0.25")

    async def refuse(*_: object) -> None:
        raise RuleViolated("The wallet is not active.")

    intend = replace(floor.execute, intend=refuse)  # type: ignore[arg-type]
    floor.run_flow = replace(floor.run_flow, execute=intend)

    run = await floor.run(1, answer("buy", fraction="0.5"))

    assert (run.status, run.error) == (RunStatus.FAILED, "The wallet is not active.")
    assert run.cost == run.steps[0].cost == D("0.25")
    assert run.steps[0].raw_answer is not None


async def test_a_run_that_is_lost_while_it_orders_is_left_to_the_other() -> None:
    floor = await TradingFloor(flat_bars(2)).open()

    async def overtaken(*_: object) -> None:
        raise StaleVersion("FlowRun was changed by somebody else meanwhile.")

    floor.at(1)
    floor.model.script = [answer("buy", fraction="0.5")]
    queued = await floor.queued()
    late = replace(floor.execute, intend=overtaken)  # type: ignore[arg-type]

    assert await replace(floor.run_flow, execute=late)(run_id=queued.id) is None
