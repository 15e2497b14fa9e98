"""Once an account is shut, nothing more is bought for its owner, and nothing runs."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from moniqo.application.agents.execute_flow_step import ExecuteFlowStep
from moniqo.application.agents.halt_user import HaltUser
from moniqo.application.trading.ports import OutcomeUnknown
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.agents.run import FlowRun, RunStatus
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, PasswordHash
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import AccountId, FlowId, OrderId, RoleId
from moniqo.domain.trading.order import Order, OrderStatus, OrderType, Side
from support.trading_floor import TradingFloor, answer, bars, flat_bars

D = Decimal
OWNER = "The account is not in use."


async def opened(floor: TradingFloor) -> TradingFloor:
    """With an account for the flow's owner."""
    account = Account(
        id=AccountId(floor.ids.new()),
        email=Email("ada@example.com"),
        password_hash=PasswordHash("a hash"),
        is_verified=True,
        password_changed_at=floor.clock.now(),
    )
    owner = User(
        id=floor.user_id,
        account_id=account.id,
        first_name="Ada",
        last_name="Lovelace",
        role_id=RoleId(floor.ids.new()),
    )
    await floor.open()
    async with floor.uow() as tx:
        await tx[Account].add(account)
        await tx[User].add(owner)
    return floor


async def shut(floor: TradingFloor, *, active: bool = False) -> None:
    """Deactivate the owner, or activate them again."""
    (account,) = await floor.all(Account)
    async with floor.uow() as tx:
        await tx[Account].save(account.with_(is_active=active))


async def removed(floor: TradingFloor) -> None:
    """Remove the owner."""
    async with floor.uow() as tx:
        for entity in (User, Account):
            await tx[entity].remove((await floor.all(entity))[0])


def halting(floor: TradingFloor) -> HaltUser:
    return HaltUser(floor.uow, floor.send_order)


async def buy(floor: TradingFloor, **fields: Any) -> Order:
    """An order as it was committed, before anybody sent it."""
    order_id = OrderId(floor.ids.new())
    order = {
        "id": order_id,
        "user_id": floor.user_id,
        "user_wallet_id": floor.account.id,
        "client_order_id": order_id.hex,
        "exchange": "binance",
        "symbol": "BTC/USDT",
        "timeframe": floor.flow.timeframe,
        "side": Side.BUY,
        "type": OrderType.LIMIT,
        "limit_price": D(1),
        "quantity": D(1),
        "placed_at": floor.clock.now(),
    }
    async with floor.uow() as tx:
        return await tx[Order].add(Order(**order | fields))


@pytest.mark.parametrize("end", [shut, removed])
async def test_a_run_of_somebody_whose_account_is_shut_asks_nobody(end: Any) -> None:
    floor = await opened(TradingFloor(flat_bars(3)))
    await end(floor)

    run = await floor.run(2)

    assert (run.status, run.error) == (RunStatus.FAILED, OWNER)
    assert floor.model.asked == []
    assert await floor.orders() == []


async def test_a_run_stops_between_two_steps() -> None:
    floor = await opened(TradingFloor(flat_bars(3), answer("hold"), answer("hold"), steps=2))

    class Interrupted(ExecuteFlowStep):
        async def __call__(self, **step: Any) -> FlowRun:
            run = await ExecuteFlowStep.__call__(self, **step)
            await shut(floor)
            return run

    parts = {name: getattr(floor.execute, name) for name in ExecuteFlowStep.__slots__}
    floor.run_flow = replace(floor.run_flow, execute=Interrupted(**parts))

    run = await floor.run(2)

    assert (run.status, run.error, len(floor.model.asked)) == (RunStatus.FAILED, OWNER, 1)


async def test_an_order_that_was_committed_but_not_sent_buys_nothing() -> None:
    floor = await opened(TradingFloor(flat_bars(3)))
    floor.at(1)
    fresh, stale = await buy(floor), await buy(floor, status=OrderStatus.UNKNOWN)
    await shut(floor)

    await floor.send_order(order_id=fresh.id, fresh=True)
    await floor.settle()

    orders = await floor.orders()
    assert [(it.status, it.refusal) for it in orders] == [(OrderStatus.REJECTED, OWNER)] * 2
    assert "submit" not in floor.exchange.calls
    assert {it.id for it in orders} == {fresh.id, stale.id}


async def test_what_is_held_is_still_guarded_and_sold() -> None:
    prices = [(10, 10, 10, 10), (10, 10, 10, 10), (10, 10, 5, 6), (6, 6, 6, 6)]
    floor = await opened(TradingFloor(bars(*prices)))
    await floor.run(1, answer("buy", fraction="0.5", stop_loss="8"))
    await shut(floor)
    floor.at(2)
    await floor.settle()

    floor.at(3)
    await floor.settle()

    (trade,) = await floor.trades()
    assert (trade.status, trade.exit_price) == ("closed", D(8))


async def test_flows_are_paused_and_what_they_would_buy_is_called_off() -> None:
    floor = await opened(TradingFloor(flat_bars(3)))
    floor.at(1)
    async with floor.uow() as tx:
        for _ in range(25):
            copy = floor.flow.with_(id=FlowId(floor.ids.new()), next_run_at=floor.clock.now())
            await tx[Flow].add(copy)
        await tx[Flow].add(floor.flow.with_(id=FlowId(floor.ids.new()), status=FlowStatus.STOPPED))
    waiting = [await buy(floor) for _ in range(22)]
    for order in waiting:
        await floor.send_order(order_id=order.id, fresh=True)
    await shut(floor)

    for _ in range(2):
        await halting(floor)(user_id=floor.user_id)

    flows = await floor.all(Flow)
    assert {flow.next_run_at for flow in flows} == {None}
    assert [flow.status for flow in flows].count(FlowStatus.PAUSED) == 26
    assert {order.status for order in await floor.orders()} == {OrderStatus.CANCELLED}


async def test_a_venue_that_does_not_answer_keeps_no_other_order_waiting() -> None:
    floor = await opened(TradingFloor(flat_bars(3)))
    floor.at(1)
    for order in [await buy(floor), await buy(floor)]:
        await floor.send_order(order_id=order.id, fresh=True)
    await shut(floor)
    floor.exchange.cut_cancel = 1

    with pytest.raises(OutcomeUnknown):
        await halting(floor)(user_id=floor.user_id)
    once = [order.status for order in await floor.orders()]
    await halting(floor)(user_id=floor.user_id)

    assert once == [OrderStatus.ACCEPTED, OrderStatus.CANCELLED]
    assert {order.status for order in await floor.orders()} == {OrderStatus.CANCELLED}


async def test_nothing_is_called_off_for_somebody_who_is_back() -> None:
    floor = await opened(TradingFloor(flat_bars(3)))
    await shut(floor)
    await shut(floor, active=True)

    await halting(floor)(user_id=floor.user_id)

    assert (await floor.all(Flow))[0].status is FlowStatus.ACTIVE
