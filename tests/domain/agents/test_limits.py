"""What keeps a decision from becoming an order, and what order it becomes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.agents.decision import Action, Decision
from moniqo.domain.agents.flow import Flow, FlowStep
from moniqo.domain.agents.orders import Refused, order_of
from moniqo.domain.agents.risk import Risk
from moniqo.domain.agents.run import Trigger, new_run
from moniqo.domain.agents.snapshot import Answer, Holdings, Snapshot
from moniqo.domain.shared.ids import AgentId, FlowId, FlowRunId, OrderId, PromptId, UserId
from moniqo.domain.shared.ids import UserWalletId as WalletOf
from moniqo.domain.trading.market import Instrument, Timeframe
from moniqo.domain.trading.order import Order, OrderType, Side
from support.market import HOUR, SERIES, at, candle, instrument, new_id

NOW = at(3)


def snapshot(cash: str = "1000", position: str = "0", **fields: Any) -> Snapshot:
    held = Holdings(NOW, Decimal(cash), Decimal(position), **fields)
    bars = (candle(1, "90"), candle(2, "95 105 90 100"))
    return Snapshot(SERIES.symbol, SERIES.timeframe, bars, held)


def buy(**fields: Any) -> Decision:
    return decided(Action.BUY, **fields)


def decided(action: Action, **fields: Any) -> Decision:
    figures = {
        name: Decimal(value) if type(value) is str else value for name, value in fields.items()
    }
    sized = action in (Action.CLOSE, Action.HOLD) or "quantity" in figures
    size = {} if sized else {"fraction": Decimal("0.5")}
    return Decision(action, **{"symbol": "BTC/USDT"} | size | figures)


# The risk policy


def refusal(decision: Decision, of: Snapshot | None = None, **limits: Any) -> str | None:
    exact = {k: Decimal(v) if isinstance(v, str) else v for k, v in limits.items()}
    return Risk(**exact).refusal(decision, of or snapshot(), NOW)


def test_without_limits_everything_passes() -> None:
    assert refusal(buy()) is None
    assert refusal(buy(), snapshot(cash="0")) is None


@pytest.mark.parametrize(
    ("decision", "limits", "reason"),
    [
        (buy(), {"allowed_symbols": ("ETH/USDT",)}, "BTC/USDT is not an allowed symbol"),
        (buy(), {"kill_switch": True}, "the kill switch is on"),
        (buy(fraction="0.6"), {"max_fraction": "0.5"}, "the order takes more than 0.5 of the free"),
        (buy(quantity="6"), {"max_fraction": "0.5"}, "the order takes more than 0.5 of the free"),
        (buy(fraction="0.6"), {"max_order_notional": "599"}, "the order is worth more than 599"),
        (buy(quantity="6"), {"max_order_notional": "599"}, "the order is worth more than 599"),
        (buy(), {"max_position_notional": "499"}, "the position would be worth more than 499"),
    ],
)
def test_a_buy_beyond_a_limit_is_refused_with_the_limit(
    decision: Decision, limits: dict[str, Any], reason: str
) -> None:
    found = refusal(decision, **limits)

    assert found is not None
    assert found.startswith(reason)


@pytest.mark.parametrize(
    ("decision", "limits"),
    [
        (buy(), {"allowed_symbols": ("ETH/USDT", "BTC/USDT")}),
        (buy(), {"max_fraction": "0.5", "max_order_notional": "500"}),
        (buy(), {"max_position_notional": "500", "max_stale_bars": 0}),
        (
            buy(quantity="5", order_type=OrderType.LIMIT, limit_price="99"),
            {"max_order_notional": "495"},
        ),
    ],
)
def test_a_buy_at_its_limit_passes(decision: Decision, limits: dict[str, Any]) -> None:
    assert refusal(decision, **limits) is None


def test_what_is_held_counts_towards_the_position() -> None:
    limits = {"max_position_notional": "600"}

    assert refusal(buy(), snapshot(position="1"), **limits) is None
    assert refusal(buy(), snapshot(position="1.01"), **limits) is not None


def test_prices_that_are_too_old_are_not_traded_on() -> None:
    two_bars_late = at(5) + HOUR / 2
    risk = Risk(max_stale_bars=2)

    assert risk.refusal(buy(), snapshot(), two_bars_late) is None
    assert risk.refusal(buy(), snapshot(), at(6)) == (
        "prices are 3 bars old, at most 2 are allowed"
    )


@pytest.mark.parametrize("action", [Action.SELL, Action.CLOSE])
def test_exits_always_pass(action: Action) -> None:
    assert refusal(decided(action), kill_switch=True, max_order_notional="1") is None


def test_an_exit_of_another_symbol_does_not_pass() -> None:
    assert refusal(decided(Action.CLOSE), allowed_symbols=("ETH/USDT",)) is not None


# The order that a decision becomes


def flow() -> Flow:
    step = FlowStep(0, PromptId(new_id()), AgentId(new_id()))
    return Flow(
        id=FlowId(new_id()),
        user_id=UserId(new_id()),
        title="Flow",
        steps=(step,),
        user_wallet_id=WalletOf(new_id()),
        symbol="BTC/USDT",
        timeframe=Timeframe.H1,
    )


def became(
    decision: Decision, of: Snapshot | None = None, rules: Instrument | None = None
) -> Order | Refused:
    owner = flow()
    run = new_run(owner, FlowRunId(new_id()), Trigger.MANUAL, None)
    origin = (owner, run, run.steps[0])
    return order_of(decision, of or snapshot(), origin, rules or instrument(), OrderId(new_id()))


def ordered(decision: Decision, of: Snapshot | None = None) -> Order:
    made = became(decision, of)
    assert isinstance(made, Order)
    return made


def reason(decision: Decision, of: Snapshot | None = None) -> str:
    made = became(decision, of)
    assert isinstance(made, Refused)
    return made.reason


def test_a_fraction_becomes_a_budget_that_is_reserved() -> None:
    made = ordered(buy(fraction="0.3", stop_loss="80", take_profit="130"))

    assert (made.quantity, made.budget, made.reserved) == (None, 300, 300)
    assert (made.side, made.type, made.placed_at) == (Side.BUY, OrderType.MARKET, NOW)
    assert (made.stop_loss, made.take_profit) == (80, 130)
    assert made.timeframe is Timeframe.H1


def test_a_fraction_at_a_limit_is_sized_by_that_limit() -> None:
    made = ordered(buy(fraction="0.5", order_type=OrderType.LIMIT, limit_price="50"))

    # 500 / (50 × 1.01)
    assert (made.quantity, made.limit_price) == (Decimal("9.900"), 50)


def test_a_quantity_reserves_its_value_with_room_for_slippage_and_fee() -> None:
    assert ordered(buy(quantity="1.2345")).quantity == Decimal("1.234")
    # 2 × 100 × 1.05 × 1.01
    assert ordered(buy(quantity="2")).reserved == Decimal("212.1")
    limited = ordered(buy(quantity="2", order_type=OrderType.LIMIT, limit_price="90"))
    assert limited.reserved == Decimal("181.8")


def test_no_more_is_reserved_than_there_is() -> None:
    assert ordered(buy(quantity="9.9")).reserved == 1000


@pytest.mark.parametrize(
    ("decision", "of", "why"),
    [
        (buy(), snapshot(cash="0"), "no free cash"),
        (buy(quantity="0.0009"), snapshot(), "no free cash"),
        (
            buy(fraction="0.1", order_type=OrderType.LIMIT, limit_price="1000000"),
            snapshot(),
            "no free cash",
        ),
        (buy(quantity="11"), snapshot(), "11 costs more than the 1000 that are free"),
        (decided(Action.CLOSE), snapshot(), "no position to sell"),
        (decided(Action.SELL, quantity="2"), snapshot(position="1"), "2 is more than the 1"),
        (decided(Action.SELL, quantity="0.0001"), snapshot(position="1"), "below the lot size"),
    ],
)
def test_what_cannot_be_done_becomes_no_order_and_says_why(
    decision: Decision, of: Snapshot, why: str
) -> None:
    assert why in reason(decision, of)


@pytest.mark.parametrize(
    ("decision", "quantity"),
    [
        (decided(Action.CLOSE), "1.2345"),
        (decided(Action.SELL, fraction="1"), "1.2345"),
        (decided(Action.SELL, fraction="0.5"), "0.617"),
        (decided(Action.SELL, quantity="1"), "1"),
    ],
)
def test_a_sale_is_of_what_is_held_and_sets_it_aside_when_sent(
    decision: Decision, quantity: str
) -> None:
    made = ordered(decision, snapshot(position="1.2345"))

    assert (made.side, made.quantity, made.reserved) == (Side.SELL, Decimal(quantity), 0)
    assert made.makes_way
    assert (made.stop_loss, made.take_profit) == (None, None)


def test_a_position_is_closed_at_the_market_whatever_the_limit_says() -> None:
    asked = decided(Action.CLOSE, order_type=OrderType.LIMIT, limit_price="100")

    made = ordered(asked, snapshot(position="1"))

    assert (made.type, made.limit_price) == (OrderType.MARKET, None)


@given(st.decimals("0.0001", "1", places=4), st.decimals("0", "100000", places=6))
def test_an_order_never_reserves_more_than_is_free(fraction: Decimal, cash: Decimal) -> None:
    for limit in (None, Decimal(90)):
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
        asked = buy(fraction=fraction, order_type=kind, limit_price=limit)

        made = became(asked, snapshot(cash=str(cash)))

        assert isinstance(made, Refused) or 0 < made.reserved <= cash


# The snapshot


def test_the_facts_are_those_of_the_last_candle_and_the_account() -> None:
    facts = snapshot(cash="7", position="2", entry_price=Decimal(88)).facts()

    assert facts == {
        "open": 95,
        "high": 105,
        "low": 90,
        "close": 100,
        "volume": 10,
        "cash": 7,
        "position": 2,
        "entry_price": 88,
    }
    assert "entry_price" not in snapshot().facts()


def test_the_same_snapshot_has_the_same_digest_and_any_other_another() -> None:
    bars = (candle(1, "90"), candle(2, "95 105 90 100"))
    held = Holdings(NOW, Decimal(1000), Decimal(0))
    plain = {
        "symbol": SERIES.symbol,
        "timeframe": SERIES.timeframe,
        "candles": bars,
        "holdings": held,
        "answers": (),
    }
    others: list[dict[str, Any]] = [
        {"symbol": "ETH/USDT"},
        {"timeframe": Timeframe.M1},
        {"candles": bars[1:]},
        {"candles": (bars[0], candle(2, "95 105 90 101"))},
        {"candles": (bars[0], candle(2, "95 105 90 100", volume="11"))},
        {"holdings": held.with_(cash=Decimal(999))},
        {"holdings": held.with_(position=Decimal(1))},
        {"holdings": held.with_(entry_price=Decimal(1))},
        {"holdings": held.with_(open_orders=1)},
        {"holdings": held.with_(as_of=NOW + timedelta(milliseconds=1))},
        {"answers": (Answer(0, "buy"),)},
        {"answers": (Answer(0, "sell"),)},
    ]

    digests = {Snapshot(**plain | other).digest() for other in others}

    assert Snapshot(**plain).digest() == Snapshot(**plain).digest()
    assert len(digests | {Snapshot(**plain).digest()}) == len(others) + 1


def test_zeros_after_the_point_do_not_change_the_digest() -> None:
    plain = snapshot(cash="1000.5", position="0.1", entry_price=Decimal("99.5"))
    padded = snapshot(cash="1000.50", position="0.100", entry_price=Decimal("99.500"))

    assert plain.digest() == padded.digest()
