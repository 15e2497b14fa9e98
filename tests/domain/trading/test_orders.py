"""The order and its state machine."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import FillId
from moniqo.domain.trading.order import (
    FINAL,
    OPEN,
    Fill,
    Order,
    OrderStatus,
    OrderType,
    Side,
    client_order_id,
)
from support.market import START, new_id, order

STEPS = {
    OrderStatus.INTENT: "submitted cancelled rejected",
    OrderStatus.SUBMITTED: "accepted partially_filled filled cancelled rejected unknown",
    OrderStatus.UNKNOWN: "accepted partially_filled filled cancelled rejected submitted",
    OrderStatus.ACCEPTED: "partially_filled filled cancelled rejected",
    OrderStatus.PARTIALLY_FILLED: "filled cancelled",
    OrderStatus.FILLED: "",
    OrderStatus.CANCELLED: "",
    OrderStatus.REJECTED: "",
}


def fill(asked: Order, quantity: Decimal, price: Decimal, number: int = 0) -> Fill:
    return Fill(
        id=FillId(new_id()),
        order_id=asked.id,
        fill_id=f"{asked.client_order_id}-{number}",
        price=price,
        quantity=quantity,
        fee=price * quantity / 100,
        fee_currency="USDT",
        filled_at=START,
    )


class OrderLife(RuleBasedStateMachine):
    """An order goes through whatever a venue may say, and through nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.order = order(quantity="10", reserved=Decimal(2000))
        self.fills: list[Fill] = []

    @rule(status=st.sampled_from(OrderStatus))
    def hears(self, status: OrderStatus) -> None:
        before = self.order.status
        same = status is before is not OrderStatus.INTENT
        if same or status.value in STEPS[before].split():
            self.order = self.order.moved(status)
            assert self.order.status is status
        else:
            with pytest.raises(RuleViolated):
                self.order.moved(status)

    @rule(
        quantity=st.decimals("0.001", "11", places=3),
        price=st.decimals("0.01", "150", places=2),
    )
    def gets_a_fill(self, quantity: Decimal, price: Decimal) -> None:
        found = fill(self.order, quantity, price, len(self.fills))
        consumed = price * quantity
        fits = sum(item.quantity for item in [*self.fills, found]) <= 10
        if fits and consumed <= self.order.reserved:
            self.order = self.order.filled(found, consumed=consumed)
            self.fills.append(found)
        else:
            with pytest.raises(Invalid):
                self.order.filled(found, consumed=consumed)

    @invariant()
    def is_over_exactly_in_the_final_states(self) -> None:
        assert self.order.is_final is (not STEPS[self.order.status])
        assert (self.order.status in FINAL) is (self.order.status not in OPEN)

    @invariant()
    def adds_up(self) -> None:
        assert self.order.filled_quantity == sum(item.quantity for item in self.fills)
        value = sum(item.price * item.quantity for item in self.fills)
        assert self.order.filled_value == value
        assert self.order.fees == sum(item.fee for item in self.fills)
        assert self.order.reserved == 2000 - value
        if self.fills:
            exact_average = value / self.order.filled_quantity
            assert abs(self.order.average_price - exact_average) < Decimal("1E-17")


TestOrderLife = OrderLife.TestCase


def test_a_refusal_is_kept_with_its_reason() -> None:
    submitted = order().moved(OrderStatus.SUBMITTED)

    rejected = submitted.moved(OrderStatus.REJECTED, refusal="too small")

    assert rejected.refusal == "too small"


def test_hearing_the_same_again_changes_nothing() -> None:
    accepted = order(status=OrderStatus.ACCEPTED)

    assert accepted.moved(OrderStatus.ACCEPTED) is accepted


def test_an_order_that_is_sent_cannot_be_an_intent_again() -> None:
    with pytest.raises(RuleViolated, match="cannot become intent"):
        order().moved(OrderStatus.INTENT)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"type": OrderType.LIMIT}, "limit_price"),
        ({"limit_price": "1"}, "limit_price"),
        ({"type": OrderType.STOP}, "stop_price"),
        ({"type": OrderType.TAKE_PROFIT}, "stop_price"),
        ({"stop_price": "1"}, "stop_price"),
        ({"quantity": None}, "quantity"),
        ({"quantity": None, "budget": "1", "side": Side.SELL}, "quantity"),
        ({"filled_quantity": Decimal(2)}, "filled_quantity"),
        ({"quantity": "0"}, "quantity"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_naming_the_field(
    fields: dict[str, Any], fault: str
) -> None:
    with pytest.raises(Invalid) as found:
        order(**fields)

    assert [item.field for item in found.value.faults] == [fault]


def test_a_buy_by_budget_gets_its_quantity_once_from_the_venue() -> None:
    bought = order(quantity=None, budget="100")

    sized = bought.sized(Decimal("0.5"))

    assert (bought.sized(None), sized.quantity) == (bought, Decimal("0.5"))
    assert sized.sized(Decimal("0.7")) is sized


def test_buys_reserve_the_quote_and_sales_the_base() -> None:
    buy, sale = order(), order(side=Side.SELL)

    assert (buy.base, buy.quote) == ("BTC", "USDT")
    assert (buy.reserved_currency, sale.reserved_currency) == ("USDT", "BTC")


def test_the_client_order_id_depends_on_user_origin_step_and_number_alone() -> None:
    user, run = new_id(), new_id()

    made = client_order_id(user, run, 0, 0)

    assert made == client_order_id(user, run, 0, 0)
    others = {
        client_order_id(run, user, 0, 0),
        client_order_id(user, run, 1, 0),
        client_order_id(user, run, 0, 1),
        made,
    }
    assert len(others) == 4
    assert len(made) == 32
