"""The built-in strategies against plain formulas in fractions."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.agents.agent import MODEL_LOOKBACK, Agent, Provider
from moniqo.domain.agents.decision import Action
from moniqo.domain.agents.strategy import (
    Breakout,
    BuyAndHold,
    MovingAverageCross,
    RelativeStrength,
    Strategy,
    strategy_of,
)
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import AgentId
from moniqo.domain.shared.types import JsonObject
from support.market import new_id

Closes = list[Fraction]


def average(values: Closes) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def crossing(closes: Closes, *, holding: bool) -> Action:
    def gap(values: Closes) -> Fraction:
        return average(values[-3:]) - average(values[-5:])

    if gap(closes[:-1]) < 0 < gap(closes):
        return Action.HOLD if holding else Action.BUY
    if gap(closes[:-1]) > 0 > gap(closes):
        return Action.CLOSE if holding else Action.HOLD
    return Action.HOLD


def strength(closes: Closes, *, holding: bool) -> Action:
    changes = [after - before for before, after in zip(closes[-5:], closes[-4:], strict=False)]
    gain = average([max(change, Fraction(0)) for change in changes])
    loss = average([max(-change, Fraction(0)) for change in changes])
    if gain == loss == 0:
        return Action.HOLD
    index = 100 - 100 / (1 + gain / loss) if loss else Fraction(100)
    if index < 30 and not holding:
        return Action.BUY
    return Action.CLOSE if index > 70 and holding else Action.HOLD


def breaking_out(closes: Closes, *, holding: bool) -> Action:
    *_, last = closes
    before = closes[-5:-1]
    if last > max(before) and not holding:
        return Action.BUY
    return Action.CLOSE if last < min(before) and holding else Action.HOLD


def holding_on(_: Closes, *, holding: bool) -> Action:
    return Action.HOLD if holding else Action.BUY


prices = st.decimals("0.01", "9", places=2) | st.sampled_from([Decimal(1), Decimal(2)])


@pytest.mark.parametrize(
    ("strategy", "formula"),
    [
        (MovingAverageCross(fast=3, slow=5), crossing),
        (RelativeStrength(period=4), strength),
        (Breakout(period=4), breaking_out),
        (BuyAndHold(), holding_on),
    ],
)
def test_a_strategy_decides_as_its_formula_says(
    strategy: Strategy, formula: Callable[..., Action]
) -> None:
    @given(closes=st.lists(prices, min_size=6, max_size=9), holding=st.booleans())
    def decides(*, closes: list[Decimal], holding: bool) -> None:
        expected = formula([Fraction(close) for close in closes], holding=holding)

        assert strategy.decide(closes, holding=holding) is expected
        assert strategy.decide(closes[-strategy.bars :], holding=holding) is expected

    decides()


@pytest.mark.parametrize(
    ("closes", "holding", "action"),
    [
        ([10, 9, 12], False, Action.BUY),
        ([10, 9, 12], True, Action.HOLD),
        ([10, 11, 8], True, Action.CLOSE),
        ([10, 10, 12], False, Action.HOLD),
        ([10, 9, 9], False, Action.HOLD),
    ],
)
def test_averages_must_be_strictly_on_both_sides_of_a_crossing(
    *, closes: list[int], holding: bool, action: Action
) -> None:
    strategy = MovingAverageCross(fast=1, slow=2)

    assert strategy.decide([Decimal(close) for close in closes], holding=holding) is action


@pytest.mark.parametrize(
    ("strategy", "closes", "holding", "action"),
    [
        (Breakout(period=2), [5, 6, 7], False, Action.BUY),
        (Breakout(period=2), [5, 6, 7], True, Action.HOLD),
        (Breakout(period=2), [5, 6, 6], False, Action.HOLD),
        (Breakout(period=2), [5, 6, 4], True, Action.CLOSE),
        (Breakout(period=2), [5, 6, 4], False, Action.HOLD),
        (RelativeStrength(period=2), [7, 6, 5], False, Action.BUY),
        (RelativeStrength(period=2), [5, 6, 7], True, Action.CLOSE),
        (RelativeStrength(period=2), [5, 5, 5], False, Action.HOLD),
        (RelativeStrength(period=2), [5, 6, 5], False, Action.HOLD),
        (BuyAndHold(), [5], False, Action.BUY),
        (BuyAndHold(), [5], True, Action.HOLD),
    ],
)
def test_the_other_strategies_on_figures_that_anybody_can_check(
    *, strategy: Strategy, closes: list[int], holding: bool, action: Action
) -> None:
    assert strategy.decide([Decimal(close) for close in closes], holding=holding) is action


@pytest.mark.parametrize(
    ("config", "bars"),
    [
        ({"strategy": "ma_cross"}, 21),
        ({"strategy": "rsi"}, 15),
        ({"strategy": "breakout"}, 21),
        ({"strategy": "buy_and_hold"}, 1),
        ({"strategy": "ma_cross", "slow": 50}, 51),
    ],
)
def test_a_strategy_says_how_many_closes_it_needs(config: dict[str, Any], bars: int) -> None:
    assert strategy_of(config).bars == bars


def test_parameters_may_be_texts_or_numbers_and_keep_their_digits() -> None:
    assert strategy_of({"strategy": "rsi", "fraction": 0.1}).fraction == Decimal("0.1")
    assert strategy_of({"strategy": "rsi", "fraction": "0.10"}).fraction == Decimal("0.1")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "strategy"),
        ({"strategy": "magic"}, "strategy"),
        ({"strategy": 1}, "strategy"),
        ({"strategy": ["rsi"]}, "strategy"),
        ({"strategy": "rsi", "fast": 3}, "fast"),
        ({"strategy": "rsi", "period": [14]}, "period"),
        ({"strategy": "rsi", "period": 14.0}, "period"),
        ({"strategy": "rsi", "period": True}, "period"),
        ({"strategy": "rsi", "period": 0}, "period"),
        ({"strategy": "rsi", "low": 70, "high": 70}, "low"),
        ({"strategy": "rsi", "fraction": "0"}, "fraction"),
        ({"strategy": "rsi", "fraction": "1.01"}, "fraction"),
        ({"strategy": "ma_cross", "fast": 20}, "fast"),
        ({"strategy": "breakout", "period": 501}, "period"),
    ],
)
def test_a_configuration_that_no_strategy_understands_is_refused_naming_the_field(
    config: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as found:
        strategy_of(config)

    assert [fault.field for fault in found.value.faults] == [field]


def agent(provider: Provider, **config: object) -> Agent:
    return Agent(
        id=AgentId(new_id()),
        owner_id=None,
        name="Agent",
        provider=provider,
        model_id="model",
        config=JsonObject(config),
    )


def test_an_agent_looks_at_what_its_strategy_needs_or_at_what_models_are_shown() -> None:
    assert agent(Provider.BUILTIN, strategy="rsi").lookback == 15
    assert agent(Provider.OPENAI, temperature=0.7, max_tokens=100).lookback == MODEL_LOOKBACK


@pytest.mark.parametrize(
    ("provider", "config", "field"),
    [
        (Provider.BUILTIN, {}, "config.strategy"),
        (Provider.BUILTIN, {"strategy": "rsi", "period": 0}, "config.period"),
        (Provider.OPENAI, {"strategy": "rsi"}, "config.strategy"),
        (Provider.ANTHROPIC, {"temperature": 3}, "config.temperature"),
        (Provider.DEEPSEEK, {"max_tokens": 1.5}, "config.max_tokens"),
        (Provider.OPENAI_COMPATIBLE, {"base_url": ""}, "config.base_url"),
    ],
)
def test_an_agents_configuration_is_one_of_its_provider(
    provider: Provider, config: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as found:
        agent(provider, **config)

    assert [fault.field for fault in found.value.faults] == [field]
