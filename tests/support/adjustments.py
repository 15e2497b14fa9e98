"""What makes drawn fields fit together, for each class whose `check` ties some of them.

Drawn values are mended, not thrown away: an entity of which most draws were refused would
hardly be tested. A new class with such a rule needs an entry here.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from moniqo.domain.agents.agent import Agent, Provider
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.decision import Action, Decision
from moniqo.domain.agents.flow import Flow
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.billing.plan import UNLIMITED, Plan, PlanLimit, Resource
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.identity.user import Birthday
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Candle, Instrument
from moniqo.domain.trading.order import Order, OrderType, Side
from moniqo.domain.trading.trade import Trade
from support.specimen import Inscription

Draw = Callable[[st.SearchStrategy[Any]], Any]
Values = dict[str, Any]
SOME_PRICE = Decimal("17650.03")
CONFIGS = {
    True: ({"strategy": "buy_and_hold"}, {"strategy": "ma_cross", "fast": 3, "slow": 9}),
    False: ({}, {"temperature": 0.7, "max_tokens": 100}),
}


def _birthday(_: Draw, values: Values) -> Values:
    return values | {"day": min(values["day"], 28)}


def _agent(draw: Draw, values: Values) -> Values:
    configs = CONFIGS[values["provider"] is Provider.BUILTIN]
    return values | {"config": JsonObject(dict(draw(st.sampled_from(configs))))}


def _decision(_: Draw, values: Values) -> Values:
    if values["action"] in (Action.BUY, Action.SELL):
        values |= {"quantity": None, "fraction": values["fraction"] or Decimal("0.5")}
    if values["action"] is Action.BUY:
        values |= {
            "stop_loss": values["stop_loss"] and SOME_PRICE / 2,
            "take_profit": values["take_profit"] and SOME_PRICE * 2,
        }
    limited = values["order_type"] is OrderType.LIMIT
    kind = OrderType.LIMIT if limited else OrderType.MARKET
    return values | {"order_type": kind, "limit_price": SOME_PRICE if limited else None}


def _flow(_: Draw, values: Values) -> Values:
    steps = tuple(replace(item, step=at) for at, item in enumerate(values["steps"]))
    return values | {"steps": steps}


def _backtest(_: Draw, values: Values) -> Values:
    start, end = sorted((values["from_"], values["to"]))
    if start == end:
        start -= timedelta(milliseconds=1 if start.year > 1 else -1)
    return values | {"from_": min(start, end), "to": max(start, end)}


def _plan_limit(_: Draw, values: Values) -> Values:
    value = values["value"]
    if values["resource"] is not Resource.LLM_COST_PER_MONTH:
        value = Decimal(int(value))
    return values | {"value": UNLIMITED if value < 0 else value}


def _plan(_: Draw, values: Values) -> Values:
    limits = {limit.resource: limit for limit in values["limits"]}
    return values | {"limits": tuple(limits.values())}


def _subscription(_: Draw, values: Values) -> Values:
    if values["end_date"] is not None:
        start, end = sorted((values["start_date"], values["end_date"]))
        values |= {"start_date": start, "end_date": end}
    return values


def _candle(_: Draw, values: Values) -> Values:
    prices = [values[name] for name in ("open", "high", "low", "close")]
    return values | {"high": max(prices), "low": min(prices)}


def _instrument(_: Draw, values: Values) -> Values:
    return values | {"symbol": f"{values['base']}/{values['quote']}"}


def _order(_: Draw, values: Values) -> Values:
    kind, quantity = values["type"], values["quantity"]
    if quantity is None and (values["budget"] is None or values["side"] is Side.SELL):
        quantity = Decimal(1)
    if quantity is not None:
        values["filled_quantity"] = min(values["filled_quantity"], quantity)
    limited, triggered = kind is OrderType.LIMIT, kind in (OrderType.STOP, OrderType.TAKE_PROFIT)
    return values | {
        "quantity": quantity,
        "limit_price": SOME_PRICE if limited else None,
        "stop_price": SOME_PRICE if triggered else None,
    }


def _trade(_: Draw, values: Values) -> Values:
    return values | {"closed_quantity": min(values["closed_quantity"], values["quantity"])}


def _numbered(field: str) -> Callable[[Draw, Values], Values]:
    # What only grows is never removed: a small number would be taken for the next example.
    def adjust(_: Draw, values: Values) -> Values:
        given = None if values[field] is None else values["id"].int >> 64 & 2**63 - 1
        return values | {field: given}

    return adjust


ADJUSTMENTS: dict[type, Callable[[Draw, Values], Values]] = {
    Birthday: _birthday,
    AuditLog: _numbered("seq"),
    Inscription: _numbered("number"),
    Agent: _agent,
    Decision: _decision,
    Flow: _flow,
    Backtest: _backtest,
    PlanLimit: _plan_limit,
    Plan: _plan,
    Subscription: _subscription,
    Candle: _candle,
    Instrument: _instrument,
    Order: _order,
    Trade: _trade,
}
