"""Answers are parsed strictly: whatever is not exactly a decision is refused."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.agents.decision import LONGEST_ANSWER, Action, Decision, Evidence, parse_decision
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.trading.order import OrderType

HOLD = {"action": "hold", "symbol": "BTC/USDT"}
BUY = {"action": "buy", "symbol": "BTC/USDT", "fraction": "0.5"}


def refused(text: str) -> list[str]:
    with pytest.raises(Invalid) as found:
        parse_decision(text)
    return [fault.field for fault in found.value.faults]


def test_the_least_decision_is_to_hold() -> None:
    assert parse_decision(json.dumps(HOLD)) == Decision(Action.HOLD, "BTC/USDT")


def test_a_whole_decision_is_read_with_its_digits() -> None:
    found = parse_decision(
        """ {"action": "buy", "symbol": "ETH/BTC", "quantity": 0.10, "order_type": "limit",
        "limit_price": "0.0700", "stop_loss": 0.06, "take_profit": 1e-1, "confidence": 1,
        "rationale": "Up.", "evidence": [{"field": "close", "value": "0.07", "tolerance": 0}]} """
    )

    assert (found.quantity, found.order_type) == (Decimal("0.10"), OrderType.LIMIT)
    assert (found.stop_loss, found.limit_price) == (Decimal("0.06"), Decimal("0.07"))
    assert (found.take_profit, found.confidence) == (Decimal("0.1"), 1)
    assert found.evidence == (Evidence("close", Decimal("0.07")),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "buy",
        "null",
        "[]",
        '"hold"',
        "Sure! " + json.dumps(HOLD),
        json.dumps(HOLD) + json.dumps(HOLD),
        json.dumps(HOLD)[:-1] + ', "action": "buy"}',
        json.dumps(BUY).replace('"0.5"', "NaN"),
        json.dumps(BUY).replace('"0.5"', "Infinity"),
        "[" * 10_000 + "]" * 10_000,
        json.dumps(HOLD) + " " * LONGEST_ANSWER,
    ],
)
def test_what_is_not_one_json_object_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"action": "sell everything"}, "action"),
        ({"symbol": "btc"}, "symbol"),
        ({"symbol": None}, "symbol"),
        ({"mood": "good"}, "mood"),
        ({"quantity": "1"}, "quantity"),
        ({"fraction": None}, "quantity"),
        ({"fraction": "1.5"}, "fraction"),
        ({"fraction": "0"}, "fraction"),
        ({"fraction": True}, "fraction"),
        ({"fraction": "half"}, "fraction"),
        ({"order_type": "stop", "stop_loss": "1"}, "order_type"),
        ({"order_type": "limit"}, "limit_price"),
        ({"limit_price": "100"}, "limit_price"),
        ({"stop_loss": "100", "take_profit": "100"}, "stop_loss"),
        ({"order_type": "limit", "limit_price": "100", "stop_loss": "101"}, "stop_loss"),
        ({"order_type": "limit", "limit_price": "100", "take_profit": "99"}, "stop_loss"),
        ({"confidence": "2"}, "confidence"),
        ({"rationale": "x" * 4001}, "rationale"),
        ({"evidence": [{"field": "close"}]}, "evidence.0.value"),
        ({"evidence": [{"field": "c", "value": 1, "tolerance": -1}]}, "evidence.0.tolerance"),
        ({"evidence": [{"field": "close", "value": "1"}] * 51}, "evidence"),
    ],
)  # fmt: skip
def test_a_decision_that_makes_no_sense_is_refused_naming_the_field(
    changes: dict[str, Any], field: str
) -> None:
    assert refused(json.dumps(BUY | changes)) == [field]


def test_every_field_at_fault_is_named() -> None:
    assert refused('{"action": "buy!", "fraction": "x"}') == ["action", "symbol", "fraction"]


@pytest.mark.parametrize("action", [Action.SELL, Action.CLOSE])
def test_levels_are_compared_for_buys_only(action: Action) -> None:
    size = {"fraction": Decimal(1)} if action is Action.SELL else {}

    made = Decision(action, "BTC/USDT", stop_loss=Decimal(2), take_profit=Decimal(1), **size)

    assert made.stop_loss == 2


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        ([], None),
        ([Evidence("close", Decimal("100.5"))], None),
        ([Evidence("close", Decimal(100), Decimal("0.5"))], None),
        (
            [Evidence("close", Decimal("100.5")), Evidence("close", Decimal(100))],
            "evidence says close is 100, the snapshot has 100.5",
        ),
        ([Evidence("mood", Decimal(1))], "evidence names mood, which the snapshot does not have"),
    ],
)
def test_evidence_must_be_what_the_snapshot_has(
    evidence: list[Evidence], reason: str | None
) -> None:
    made = Decision(Action.HOLD, "BTC/USDT", evidence=tuple(evidence))

    assert made.mismatch({"close": Decimal("100.5")}) == reason


@given(st.text())
def test_whatever_the_text_it_is_a_decision_or_refused(text: str) -> None:
    for answer in (text, json.dumps(HOLD | {"rationale": text}), '{"action":' + text + "}"):
        try:
            parsed = parse_decision(answer)
        except Invalid:
            continue
        assert isinstance(parsed, Decision)
