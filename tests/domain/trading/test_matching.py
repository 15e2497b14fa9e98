"""What becomes of orders on given candles."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.shared.decimals import ZERO, exact
from moniqo.domain.shared.ids import OrderId
from moniqo.domain.trading.market import Candle, Timeframe
from moniqo.domain.trading.matching import Matched, match, up_to, visible_from
from moniqo.domain.trading.order import Order, OrderStatus, OrderType, Side
from moniqo.domain.trading.paper import PaperTerms
from support.market import HOUR, START, at, candle, candles, instrument, new_id, order

PLAIN = PaperTerms()
SOME = st.decimals("0.01", "500", places=2)


def matched(asked: Order, bars: list[Candle], terms: PaperTerms = PLAIN, **rules: Any) -> Matched:
    return match(asked, instrument(**rules), bars, terms)


def prices(found: Matched) -> list[str]:
    return [str(item.price) for item in found.executions]


def quantities(found: Matched) -> list[str]:
    return [str(item.quantity) for item in found.executions]


def sell(**fields: Any) -> Order:
    return order(side=Side.SELL, **fields)


def slipping(rate: str) -> PaperTerms:
    return PaperTerms(slippage=Decimal(rate))


def sharing(part: str) -> PaperTerms:
    return PaperTerms(volume_share=Decimal(part))


# Market orders


def test_a_market_order_waits_for_a_bar() -> None:
    assert matched(order(), []) == Matched(OrderStatus.ACCEPTED)


def test_a_market_order_trades_at_the_first_open_for_the_takers_fee() -> None:
    found = matched(order(), candles("100 110 90 105", "200"))

    only = found.executions[0]
    assert found.status is OrderStatus.FILLED
    assert (only.bar, only.at) == (START, START)
    assert (only.price, only.quantity, only.fee) == (100, 1, 1)


def test_a_buy_without_a_quantity_takes_what_its_budget_buys_in_whole_lots() -> None:
    found = matched(order(quantity=None, budget="1000"), candles("300"))

    # 1000 / (300 × 1.01) = 3.30033…
    assert quantities(found) == ["3.300"]
    assert found.status is OrderStatus.FILLED


def test_a_buy_takes_no_more_than_its_quantity_and_is_filled_by_what_its_budget_allows() -> None:
    assert quantities(matched(order(budget="1000"), candles("300"))) == ["1.000"]

    short = matched(order(quantity="5", budget="1000"), candles("300"))

    assert quantities(short) == ["3.300"]
    assert short.status is OrderStatus.FILLED


def test_the_budget_is_not_passed_by_rounding_to_the_finest_amount_that_is_kept() -> None:
    # A value of 1.5E-18 and as large a fee are within the budget, but are kept as 2E-18 each.
    fine = {"tick_size": "0.0000000001", "lot_size": "0.000000001", "taker_fee": "1"}
    bars = [candle(0, "0.0000000015")]

    found = matched(order(quantity=None, budget="0.000000000000000003"), bars, **fine)

    assert found.status is OrderStatus.REJECTED


def test_slippage_is_against_the_trader_and_ends_on_the_tick_grid() -> None:
    bars = candles("100.01")

    assert prices(matched(order(), bars, slipping("0.001"))) == ["100.12"]
    assert prices(matched(sell(), bars, slipping("0.001"))) == ["99.90"]


def test_whatever_the_slippage_a_sale_brings_a_tick() -> None:
    assert prices(matched(sell(), candles("100"), slipping("1"))) == ["0.01"]


def test_an_open_off_the_grid_stays_as_it_is() -> None:
    assert prices(matched(order(), candles("100.0051"))) == ["100.0051"]


@pytest.mark.parametrize(
    ("asked", "rules", "reason"),
    [
        (order(quantity=None, budget="1"), {}, "the budget of 1 buys nothing at 1000"),
        (order(quantity="0.01"), {"min_quantity": "0.1"}, "quantity 0.010 is below the least of"),
        (order(quantity="0.01"), {"min_notional": "11"}, "notional 10.000 is below the least of"),
        (sell(quantity="0.0009"), {}, "quantity 0 is below the least of 0.001"),
    ],
)
def test_what_the_instrument_does_not_allow_is_rejected_with_the_reason(
    asked: Order, rules: dict[str, str], reason: str
) -> None:
    found = matched(asked, candles("1000"), **rules)

    assert found.status is OrderStatus.REJECTED
    assert found.reason is not None
    assert found.reason.startswith(reason)


# Partial fills


def test_an_order_takes_its_share_of_each_bars_volume_and_the_rest_at_later_opens() -> None:
    found = matched(order(quantity="2"), candles("100", "101", "102", volume="8"), sharing("0.1"))

    assert quantities(found) == ["0.800", "0.800", "0.400"]
    assert prices(found) == ["100", "101", "102"]
    assert [item.at for item in found.executions] == [at(0), at(1), at(2)]
    assert found.status is OrderStatus.FILLED


def test_an_order_is_partially_filled_until_there_were_bars_enough() -> None:
    found = matched(order(quantity="2"), candles("100", volume="8"), sharing("0.1"))

    assert found.status is OrderStatus.PARTIALLY_FILLED


def test_a_bar_whose_share_is_below_a_lot_is_passed_over() -> None:
    bars = [candle(0, "100", "0"), candle(1, "101", "10")]

    found = matched(order(), bars, sharing("1"))

    assert prices(found) == ["101"]


def test_a_buy_whose_budget_ends_midway_is_filled_by_what_it_got() -> None:
    bars = [candle(0, "100", "1"), candle(1, "1000000", "1")]

    found = matched(order(quantity="2", budget="200"), bars, sharing("1"))

    assert quantities(found) == ["1.000"]
    assert found.status is OrderStatus.FILLED


# Limits


def test_a_limit_trades_at_its_price_once_it_is_touched_for_the_makers_fee() -> None:
    buys = matched(order(type=OrderType.LIMIT, limit_price="95"), candles("100", "99 99 94 98"))
    sells = matched(sell(type=OrderType.LIMIT, limit_price="105"), candles("100", "99 106 98 98"))

    assert (prices(buys), prices(sells)) == (["95.00"], ["105.00"])
    assert buys.executions[0].at == at(1, within=True)
    assert buys.executions[0].fee == Decimal("0.475")


def test_a_limit_that_the_first_open_meets_trades_there_as_a_taker() -> None:
    found = matched(order(type=OrderType.LIMIT, limit_price="101"), candles("100"))

    assert prices(found) == ["100"]
    assert found.executions[0].at == at(0)
    assert found.executions[0].fee == 1


def test_a_limit_that_rests_gets_a_better_open_as_a_maker() -> None:
    limit = {"type": OrderType.LIMIT, "limit_price": "100"}

    buys = matched(order(**limit), candles("110", "90"))
    sells = matched(sell(**limit), candles("90", "110"))

    assert (prices(buys), prices(sells)) == (["90"], ["110"])
    assert buys.executions[0].fee == Decimal("0.45")


def test_a_limit_off_the_grid_is_worth_the_next_tick_that_it_allows() -> None:
    limit = {"type": OrderType.LIMIT, "limit_price": "100.005"}

    buys = matched(order(**limit), candles("101", "101 101 100.005 101", "101 101 100 101"))
    sells = matched(sell(**limit), candles("99", "99 100.005 99 99", "99 100.01 99 99"))

    assert (prices(buys), prices(sells)) == (["100.00"], ["100.01"])


def test_an_untouched_limit_stays_accepted() -> None:
    found = matched(order(type=OrderType.LIMIT, limit_price="95"), candles("100", "99"))

    assert found == Matched(OrderStatus.ACCEPTED)


def test_a_resting_order_too_small_for_its_price_is_rejected_before_any_bar() -> None:
    asked = order(type=OrderType.LIMIT, limit_price="95", quantity="0.1")

    assert matched(asked, [], min_notional="10").status is OrderStatus.REJECTED


# Stops and targets


def stop(**fields: Any) -> Order:
    return sell(type=OrderType.STOP, **{"stop_price": "95"} | fields)


def target(**fields: Any) -> Order:
    return sell(type=OrderType.TAKE_PROFIT, **{"stop_price": "105"} | fields)


def test_a_stop_trades_at_its_trigger_or_at_the_open_that_jumps_it() -> None:
    touched = matched(stop(), candles("100", "100 101 94 100"))
    jumped = matched(stop(), candles("100", "90 91 89 90"))

    assert (prices(touched), prices(jumped)) == (["95.00"], ["90"])
    assert [touched.executions[0].at, jumped.executions[0].at] == [at(1, within=True), at(1)]


def test_a_target_trades_at_its_trigger_or_at_the_open_that_jumps_it() -> None:
    assert prices(matched(target(), candles("100", "100 106 99 100"))) == ["105.00"]
    assert prices(matched(target(), candles("100", "110"))) == ["110"]


def test_buy_stops_and_targets_mirror_those_of_sales() -> None:
    breakout = order(type=OrderType.STOP, stop_price="105")
    dip = order(type=OrderType.TAKE_PROFIT, stop_price="95")

    assert prices(matched(breakout, candles("100", "100 106 99 100"))) == ["105.00"]
    assert prices(matched(breakout, candles("110"))) == ["110"]
    assert prices(matched(dip, candles("100", "100 101 94 100"))) == ["95.00"]


def test_what_is_triggered_slips_and_pays_as_a_market_order() -> None:
    found = matched(stop(), candles("100 101 94 100"), slipping("0.01"))

    assert prices(found) == ["94.05"]
    assert found.executions[0].fee == Decimal("0.9405")


def test_a_trigger_off_the_grid_trades_a_tick_lower() -> None:
    assert prices(matched(stop(stop_price="95.005"), candles("100 101 94 100"))) == ["95.00"]


def test_the_stop_goes_before_the_target_within_one_bar() -> None:
    both = stop(take_profit="105")

    assert prices(matched(both, candles("100", "100 106 94 100"))) == ["95.00"]
    assert prices(matched(both, candles("100", "100 106 96 100"))) == ["105.00"]
    assert matched(both, candles("100", "100 104 96 100")).status is OrderStatus.ACCEPTED


def test_once_triggered_the_rest_trades_at_the_following_opens() -> None:
    bars = candles("100", "100 101 94 100", "120", volume="6")

    whole, part = matched(stop(), bars, sharing("0.1")), matched(stop(), bars[:2], sharing("0.1"))

    assert prices(whole) == ["95.00", "120"]
    assert (prices(part), part.status) == (["95.00"], OrderStatus.PARTIALLY_FILLED)


def test_a_buy_stop_that_jumps_beyond_its_budget_is_rejected() -> None:
    asked = order(type=OrderType.STOP, stop_price="105", quantity=None, budget="200")

    found = matched(asked, candles("1000000"))

    assert found.status is OrderStatus.REJECTED
    assert found.reason == "the budget of 200 buys nothing at 1000000"


# Protection of an entry that was filled within a bar


def protection(**fields: Any) -> Order:
    return stop(protects=OrderId(new_id()), placed_at=at(3, within=True), **fields)


def test_only_protection_sees_the_bar_that_it_begins_in() -> None:
    assert visible_from(order(placed_at=at(3, within=True))) == at(3, within=True)
    assert at(2) < visible_from(protection()) <= at(3)
    assert visible_from(stop(protects=OrderId(new_id()), placed_at=at(3))) > at(2)


def test_a_stop_below_the_entry_is_touched_in_the_bar_of_the_entry() -> None:
    found = matched(protection(), [candle(3, "100 101 94 96")])

    assert prices(found) == ["95.00"]
    assert found.executions[0].at == at(3, within=True)


def test_a_high_that_may_have_been_before_the_entry_touches_no_target() -> None:
    both = protection(take_profit="105")

    assert matched(both, [candle(3, "106 107 96 96")]).status is OrderStatus.ACCEPTED
    assert prices(matched(both, [candle(3, "106 107 96 96"), candle(4, "106")])) == ["106"]


def test_a_target_alone_waits_for_the_bar_after_the_entry() -> None:
    alone = target(protects=OrderId(new_id()), placed_at=at(3, within=True))

    assert matched(alone, [candle(3, "106 107 104 105")]).status is OrderStatus.ACCEPTED


def test_the_first_visible_instant_follows_the_orders_own_timeframe() -> None:
    daily = protection(timeframe=Timeframe.D1)

    assert daily.placed_at - visible_from(daily) == 24 * HOUR - (at(0, within=True) - at(0))


# Ended orders


def test_an_ended_order_keeps_the_executions_that_make_up_what_it_got() -> None:
    bars = candles("100", "101", "102", volume="8")
    found = matched(order(quantity="2"), bars, sharing("0.1"))

    assert up_to(found.executions, Decimal("1.6")) == found.executions[:2]
    assert up_to(found.executions, ZERO) == ()
    assert up_to(found.executions, Decimal(2)) == found.executions


# Whatever the order and the candles


@st.composite
def some_candles(draw: Any) -> list[Candle]:
    found = []
    for index in range(draw(st.integers(0, 6))):
        figures = sorted(draw(st.lists(SOME, min_size=4, max_size=4)))
        low, first, last, high = figures
        volume = draw(st.decimals(0, 20, places=3))
        found.append(candle(index, f"{first} {high} {low} {last}", str(volume)))
    return found


@st.composite
def some_order(draw: Any) -> Order:
    kind = draw(st.sampled_from(OrderType))
    side = draw(st.sampled_from(Side))
    quantity = draw(st.decimals("0.001", 20, places=3))
    budget = draw(st.none() | SOME) if side is Side.BUY else None
    price = draw(SOME)
    return order(
        side=side,
        type=kind,
        quantity=None if budget is not None and draw(st.booleans()) else quantity,
        budget=budget,
        limit_price=price if kind is OrderType.LIMIT else None,
        stop_price=price if kind in (OrderType.STOP, OrderType.TAKE_PROFIT) else None,
    )


some_terms = st.builds(
    PaperTerms,
    slippage=st.sampled_from([ZERO, Decimal("0.003")]),
    volume_share=st.none() | st.sampled_from([Decimal("0.1"), Decimal(1)]),
)


@given(some_order(), some_candles(), some_terms)
def test_more_candles_add_to_what_happened_and_never_change_it(
    asked: Order, bars: list[Candle], terms: PaperTerms
) -> None:
    rules = instrument()
    whole = match(asked, rules, bars, terms)

    for end in range(len(bars)):
        part = match(asked, rules, bars[:end], terms)

        assert whole.executions[: len(part.executions)] == part.executions
        if part.status in (OrderStatus.FILLED, OrderStatus.REJECTED):
            assert part == whole


@exact
def spent(found: Matched) -> Decimal:
    return sum((item.price * item.quantity + item.fee for item in found.executions), ZERO)


@given(some_order(), some_candles(), some_terms)
def test_neither_quantity_nor_budget_nor_limit_is_ever_passed(
    asked: Order, bars: list[Candle], terms: PaperTerms
) -> None:
    found = match(asked, instrument(), bars, terms)

    bought = sum((item.quantity for item in found.executions), ZERO)
    assert bought <= (asked.quantity or bought)
    if asked.side is Side.BUY and asked.budget is not None:
        assert spent(found) <= asked.budget
    for item in found.executions:
        assert item.price > 0
        assert item.quantity % Decimal("0.001") == 0
        if asked.limit_price is not None:
            better = item.price <= asked.limit_price
            assert better if asked.side is Side.BUY else item.price >= asked.limit_price
