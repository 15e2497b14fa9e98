"""Positions: guarded by stops and targets, closed by hand."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from moniqo.application.trading.send_order import SendOrder
from moniqo.domain.shared.errors import NotFound, RuleViolated
from moniqo.domain.shared.ids import OrderId, UserId
from moniqo.domain.trading.order import Fill, Order, OrderStatus, OrderType
from moniqo.domain.trading.trade import Trade, TradeStatus
from support.trading_floor import IDS, TradingFloor, answer, bars, flat_bars

D = Decimal
FLAT = (100, 100, 100, 100)


async def bought(floor: TradingFloor, **fields: object) -> Trade:
    """Buy ten at the first bar's close, filled at the second one's open."""
    await floor.run(1, answer("buy", quantity="10", **fields))
    floor.at(2)
    await floor.settle()
    return (await floor.trades())[0]


async def protection(floor: TradingFloor) -> Order:
    return next(order for order in await floor.orders() if order.protects)


async def test_a_filled_entry_is_guarded_by_a_stop_at_once() -> None:
    floor = await TradingFloor([*flat_bars(2)]).open()

    await bought(floor, stop_loss="90", take_profit="120")

    guard = await protection(floor)
    assert (guard.type, guard.status) == (OrderType.STOP, OrderStatus.ACCEPTED)
    assert (guard.stop_price, guard.take_profit, guard.quantity) == (D(90), D(120), D(10))
    assert (await floor.money())["BTC"] == (D(0), D(10))


async def test_a_stop_closes_the_position_at_its_trigger() -> None:
    floor = await TradingFloor(bars(FLAT, FLAT, (100, 101, 80, 95))).open()
    await bought(floor, stop_loss="90")

    floor.at(3)
    await floor.settle()

    (trade,) = await floor.trades()
    assert (trade.status, trade.exit_price) == (TradeStatus.CLOSED, D(90))
    assert (await floor.money())["BTC"] == (D(0), D(0))


async def test_what_was_bought_before_a_cancellation_is_guarded_too() -> None:
    rows = bars(FLAT, (100, 100, 100, 100), (100, 100, 100, 100))
    floor = await TradingFloor(rows, config={"market": "binance", "volume_share": "0.1"}).open()
    await floor.run(1, answer("buy", quantity="10", stop_loss="90"))
    floor.at(2)
    await floor.settle()
    (entry,) = await floor.orders()

    await floor.send_order.cancel(order_id=entry.id)

    guard = await protection(floor)
    assert entry.status is OrderStatus.PARTIALLY_FILLED
    assert (guard.quantity, guard.status) == (D(1), OrderStatus.ACCEPTED)
    assert (await floor.money())["BTC"] == (D(0), D(1))


async def test_fills_of_several_bars_are_booked_once_each() -> None:
    rows = bars(FLAT, FLAT, (110, 110, 110, 110), FLAT)
    floor = await TradingFloor(rows, config={"market": "binance", "volume_share": "0.1"}).open()
    await floor.run(1, answer("buy", quantity="10"))
    for bar in (2, 3):
        floor.at(bar)
        await floor.settle()
        await floor.settle()

    (order,), (trade,) = await floor.orders(), await floor.trades()
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert (order.filled_quantity, order.filled_value) == (D(2), D(210))
    assert (trade.quantity, trade.entry_price) == (D(2), D(105))
    assert len(await floor.all(Fill)) == 2


async def test_a_target_alone_is_a_take_profit_order() -> None:
    floor = await TradingFloor(bars(FLAT, FLAT, (100, 130, 95, 110))).open()
    await bought(floor, take_profit="120")
    guard = await protection(floor)

    floor.at(3)
    await floor.settle()

    (trade,) = await floor.trades()
    assert guard.type is OrderType.TAKE_PROFIT
    assert (trade.status, trade.exit_price) == (TradeStatus.CLOSED, D(120))


async def test_the_stop_comes_before_the_target_within_one_bar() -> None:
    floor = await TradingFloor(bars(FLAT, FLAT, (100, 130, 80, 110))).open()
    await bought(floor, stop_loss="90", take_profit="120")

    floor.at(3)
    await floor.settle()

    assert (await floor.trades())[0].exit_price == D(90)


async def test_a_stop_can_be_touched_in_the_bar_of_the_entry_itself() -> None:
    floor = await TradingFloor(bars(FLAT, (100, 100, 85, 95))).open()

    trade = await bought(floor, stop_loss="90")

    assert (trade.status, trade.exit_price) == (TradeStatus.CLOSED, D(90))


async def test_an_exit_by_decision_cancels_the_guard_first() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    await bought(floor, stop_loss="90")

    await floor.run(2, answer("close"))
    floor.at(3)
    await floor.settle()

    (trade,) = await floor.trades()
    assert (await protection(floor)).status is OrderStatus.CANCELLED
    assert trade.status is TradeStatus.CLOSED
    assert (await floor.money())["BTC"] == (D(0), D(0))


async def test_what_a_partial_sale_leaves_is_guarded_again() -> None:
    floor = await TradingFloor(flat_bars(5)).open()
    await bought(floor, stop_loss="90", take_profit="120")

    await floor.run(2, answer("sell", fraction="0.4"))
    floor.at(3)
    await floor.settle()

    (trade,) = await floor.trades()
    guards = [order for order in await floor.orders() if order.protects]
    assert trade.held == D(6)
    assert [guard.status for guard in guards] == [OrderStatus.CANCELLED, OrderStatus.ACCEPTED]
    assert (guards[1].quantity, guards[1].stop_price, guards[1].take_profit) == (6, 90, 120)
    assert (await floor.money())["BTC"] == (D(0), D(6))


async def test_a_sale_that_is_too_small_leaves_the_guard_where_it_is() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    await bought(floor, stop_loss="90")

    run = await floor.run(2, answer("sell", quantity="0.0000001"))

    assert run.steps[0].refusal == "the part to sell is below the lot size"
    assert (await protection(floor)).status is OrderStatus.ACCEPTED


async def test_a_limit_sale_does_not_take_the_place_of_a_guard() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    await bought(floor, stop_loss="90")

    run = await floor.run(2, answer("sell", quantity="10", order_type="limit", limit_price="200"))

    assert "without its stop" in (run.steps[0].refusal or "")
    assert (await protection(floor)).status is OrderStatus.ACCEPTED


async def test_a_position_is_not_sold_twice_while_the_first_sale_waits() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    await bought(floor)
    await floor.run(2, answer("close"))

    run = await floor.run(2, answer("close"))

    assert run.steps[0].refusal == "the position is being sold already"


async def test_a_resting_limit_sale_gives_way_to_a_sale_at_the_market() -> None:
    floor = await TradingFloor(flat_bars(5)).open()
    await bought(floor)
    await floor.run(2, answer("sell", quantity="10", order_type="limit", limit_price="200"))

    await floor.run(2, answer("close"))
    floor.at(3)
    await floor.settle()

    assert (await floor.trades())[0].status is TradeStatus.CLOSED
    assert (await floor.money())["BTC"] == (D(0), D(0))


async def test_a_sale_of_what_is_gone_meanwhile_is_turned_down() -> None:
    floor = await TradingFloor(bars(FLAT, FLAT, (100, 100, 80, 100), FLAT)).open()
    trade = await bought(floor, stop_loss="90")
    guard = await protection(floor)
    floor.exchange.down = True
    await floor.close_trade(user_id=floor.user_id, trade_id=trade.id)
    floor.exchange.down = False

    floor.at(3)
    await floor.send_order(order_id=guard.id)
    await floor.settle()

    sale = (await floor.orders())[-1]
    assert (await floor.trades())[0].exit_price == D(90)
    assert sale.status is OrderStatus.REJECTED
    assert sale.refusal == "the position has changed meanwhile"
    assert (await floor.money())["BTC"] == (D(0), D(0))


async def test_four_settlers_at_once_book_each_fill_once() -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    await floor.run(1, answer("buy", quantity="10"))
    floor.at(2)

    asked = await asyncio.gather(*(floor.settle() for _ in range(4)))

    assert asked == [1] * 4
    assert len(await floor.all(Fill)) == 1
    assert (await floor.trades())[0].quantity == D(10)


class Troubled(SendOrder):
    """Cannot bring the order that sells or buys one up to date."""

    async def __call__(self, *, order_id: OrderId, fresh: bool = False) -> Order:
        async with self.uow() as tx:
            if (await tx[Order].get(order_id)).quantity == 1:
                raise RuleViolated("Something is wrong with this one.")
        return await SendOrder.__call__(self, order_id=order_id, fresh=fresh)


async def test_trouble_with_one_order_does_not_keep_the_others_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    await floor.run(1, answer("buy", quantity="1"))
    await floor.run(1, answer("buy", quantity="2"))
    floor.at(2)
    send = floor.send_order
    troubled = Troubled(send.uow, send.exchange, send.apply_report, send.make_way)

    await replace(floor.settle, send_order=troubled)()

    statuses = [order.status for order in await floor.orders()]
    assert statuses == [OrderStatus.ACCEPTED, OrderStatus.FILLED]
    assert "order not settled" in caplog.text


async def test_closing_by_hand_sells_what_is_held_and_cancels_the_guard() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    trade = await bought(floor, stop_loss="90")

    sent = await floor.close_trade(user_id=floor.user_id, trade_id=trade.id)
    floor.at(3)
    await floor.settle()

    assert sent.status is TradeStatus.OPEN
    assert (await floor.trades())[0].status is TradeStatus.CLOSED
    assert (await protection(floor)).status is OrderStatus.CANCELLED


async def test_a_trade_is_closed_once() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    trade = await bought(floor)
    await floor.close_trade(user_id=floor.user_id, trade_id=trade.id)

    with pytest.raises(RuleViolated, match="being closed already"):
        await floor.close_trade(user_id=floor.user_id, trade_id=trade.id)
    floor.at(3)
    await floor.settle()

    with pytest.raises(RuleViolated, match="closed already"):
        await floor.close_trade(user_id=floor.user_id, trade_id=trade.id)


async def test_a_trade_of_somebody_else_is_not_found() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    trade = await bought(floor)

    with pytest.raises(NotFound):
        await floor.close_trade(user_id=UserId(IDS.new()), trade_id=trade.id)


async def test_buying_more_grows_the_position() -> None:
    floor = await TradingFloor(bars(FLAT, FLAT, (104, 104, 104, 104))).open()
    await bought(floor)

    await floor.run(2, answer("buy", quantity="10"))
    floor.at(3)
    await floor.settle()

    (trade,) = await floor.trades()
    assert (trade.quantity, trade.entry_price, trade.fees) == (D(20), D(102), D("2.04"))


async def test_a_market_buy_does_not_chase_a_price_that_jumps_away() -> None:
    floor = await TradingFloor(bars(FLAT, (200, 200, 200, 200))).open()

    trade = await bought(floor)

    assert trade.quantity == D("5.25")
    assert (await floor.money())["USDT"] == (D(10000) - D("1050") * D("1.001"), D(0))


async def test_a_limit_order_fills_at_its_price_or_better() -> None:
    rows = bars(FLAT, (100, 100, 95, 98), (98, 98, 85, 97))
    floor = await TradingFloor(rows).open()
    script = answer("buy", fraction="0.5", order_type="limit", limit_price="90")
    await floor.run(1, script)
    floor.at(2)
    await floor.settle()
    (waiting,) = await floor.orders()

    floor.at(3)
    await floor.settle()

    (order,) = await floor.orders()
    assert waiting.status is OrderStatus.ACCEPTED
    assert (order.status, order.average_price) == (OrderStatus.FILLED, D(90))


async def test_settling_goes_through_more_orders_than_one_page_holds() -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    await floor.run(1, answer("buy", quantity="1"))
    await floor.run(1, answer("buy", quantity="2"))

    floor.at(2)
    asked = await replace(floor.settle, batch=1)()

    assert asked == 2
    assert {order.status for order in await floor.orders()} == {OrderStatus.FILLED}


async def test_two_senders_of_one_sale_set_aside_what_it_sells_once() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    trade = await bought(floor, stop_loss="90")
    floor.exchange.down = True
    await floor.close_trade(user_id=floor.user_id, trade_id=trade.id)
    floor.exchange.down = False

    await asyncio.gather(floor.settle(), floor.settle())
    locked = await floor.money()
    floor.at(3)
    await floor.settle()

    assert locked["BTC"] == (D(0), D(10))
    assert (await floor.trades())[0].status is TradeStatus.CLOSED
    assert (await floor.money())["BTC"] == (D(0), D(0))


async def test_a_sale_waits_until_it_is_known_that_the_guard_is_gone() -> None:
    floor = await TradingFloor(flat_bars(4)).open()
    trade = await bought(floor, stop_loss="90")
    floor.exchange.cut_cancel = 1
    await floor.close_trade(user_id=floor.user_id, trade_id=trade.id)
    waiting = (await floor.orders())[-1]

    await floor.settle()
    floor.at(3)
    await floor.settle()

    assert waiting.status is OrderStatus.INTENT
    assert (await protection(floor)).status is OrderStatus.CANCELLED
    assert (await floor.trades())[0].status is TradeStatus.CLOSED
    assert (await floor.money())["BTC"] == (D(0), D(0))


async def test_a_sale_whose_sender_died_is_sent_later_by_the_paper_exchange_itself() -> None:
    floor = await TradingFloor(flat_bars(6)).open()
    floor.bare()
    trade = await bought(floor, stop_loss="90")
    await floor.close_trade._intend(floor.user_id, trade.id)

    floor.at(4)
    await floor.settle()

    (closed,) = await floor.trades()
    assert closed.status is TradeStatus.CLOSED
    assert (await floor.money())["BTC"] == (D(0), D(0))
    assert all(order.is_final for order in await floor.orders())


async def test_a_sale_never_sells_a_later_position() -> None:
    rows = bars(FLAT, FLAT, (100, 100, 80, 100), FLAT, FLAT, FLAT, FLAT)
    floor = await TradingFloor(rows).open()
    floor.bare()
    trade = await bought(floor, stop_loss="90")
    guard = await protection(floor)
    await floor.close_trade._intend(floor.user_id, trade.id)
    floor.at(3)
    await floor.send_order(order_id=guard.id)
    await floor.run(3, answer("buy", quantity="1"))

    for bar in (4, 5):
        floor.at(bar)
        await floor.settle()

    first, second = await floor.trades()
    stale = next(order for order in await floor.orders() if order.run_id is None)
    assert (first.exit_price, second.status) == (D(90), TradeStatus.OPEN)
    assert (stale.status, stale.refusal) == (
        OrderStatus.REJECTED,
        "the position has changed meanwhile",
    )
    assert (await floor.money())["BTC"] == (D(1), D(0))


async def test_a_guard_leaves_to_other_guards_what_is_theirs() -> None:
    rows = bars(*[FLAT] * 6, (100, 100, 94, 95), *[(95, 95, 95, 95)] * 3)
    floor = await TradingFloor(rows).open()
    floor.bare()
    await floor.run(2, answer("buy", fraction="0.4", stop_loss="80"))
    floor.at(4)
    await floor.settle()
    limit = {"order_type": "limit", "limit_price": "96"}
    await floor.run(5, answer("buy", fraction="0.4", stop_loss="80", **limit))
    await floor.run(6, answer("sell", fraction="0.5"))

    for bar in (7, 8, 9):
        floor.at(bar)
        await floor.settle()

    (trade,) = await floor.trades()
    waiting = [order for order in await floor.orders() if not order.is_final]
    assert {order.stop_price for order in waiting} == {D(80)}
    assert sum(order.quantity or 0 for order in waiting) == trade.held
    assert (await floor.money())["BTC"] == (D(0), trade.held)


async def test_of_several_guards_the_nearest_stop_and_target_remain() -> None:
    floor = await TradingFloor(flat_bars(6)).open()
    await bought(floor, take_profit="200")
    await floor.run(2, answer("buy", quantity="10", stop_loss="90"))
    floor.at(3)
    await floor.settle()

    await floor.run(3, answer("sell", quantity="5"))
    floor.at(4)
    await floor.settle()

    (guard,) = [order for order in await floor.orders() if not order.is_final]
    assert (guard.quantity, guard.stop_price, guard.take_profit) == (D(15), D(90), D(200))


async def test_a_sale_of_more_than_is_left_is_turned_down_and_the_rest_guarded() -> None:
    rows = bars(FLAT, FLAT, FLAT, (100, 100, 80, 95), (95, 95, 95, 95), (95, 95, 95, 95))
    floor = await TradingFloor(rows, config={"market": "binance", "volume_share": "0.5"}).open()
    await floor.run(1, answer("buy", quantity="10", stop_loss="90"))
    floor.at(3)
    await floor.settle()
    (trade,) = await floor.trades()
    guard = await protection(floor)
    await floor.close_trade._intend(floor.user_id, trade.id)

    floor.at(4)
    await floor.send_order(order_id=guard.id)
    await floor.settle()

    sale = next(order for order in await floor.orders() if order.run_id is None)
    assert sale.status is OrderStatus.REJECTED
    assert (await floor.trades())[0].status is TradeStatus.CLOSED
    assert (await floor.money())["BTC"] == (D(0), D(0))
