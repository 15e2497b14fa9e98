"""What users are told about events, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from moniqo.domain.agents.events import RunFailed
from moniqo.domain.shared.decimals import canonical
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.events import OrderRefused, TradeClosed, TradeOpened


@dataclass(frozen=True, slots=True)
class Notice:
    """What a user is told. `data` names what it is about, for links."""

    user_id: UserId
    kind: str
    title: str
    description: str
    data: JsonObject


def _about(**ids: UUID | None) -> JsonObject:
    return JsonObject({name: str(value) for name, value in ids.items() if value is not None})


def _trade_opened(event: TradeOpened) -> Notice:
    return Notice(
        event.user_id,
        "trade_opened",
        f"Position opened in {event.symbol}",
        f"The first fill: {event.side} {canonical(event.quantity)} at {canonical(event.price)}.",
        _about(trade_id=event.trade_id, flow_id=event.flow_id),
    )


def _trade_closed(event: TradeClosed) -> Notice:
    outcome = "loss" if event.profit_loss < 0 else "profit"
    amount = canonical(abs(event.profit_loss))
    quote = event.symbol.partition("/")[2]
    return Notice(
        event.user_id,
        "trade_closed",
        f"Position closed in {event.symbol}",
        f"It ended with a {outcome} of {amount} {quote}, net of fees.",
        _about(trade_id=event.trade_id, flow_id=event.flow_id),
    )


def _order_refused(event: OrderRefused) -> Notice:
    return Notice(
        event.user_id,
        "order_refused",
        f"Order refused for {event.symbol}",
        f"No order was placed: {event.reason.rstrip('.')}.",
        _about(run_id=event.run_id, flow_id=event.flow_id),
    )


def _run_failed(event: RunFailed) -> Notice:
    return Notice(
        event.user_id,
        "run_failed",
        "A run of a flow failed",
        event.error,
        _about(run_id=event.run_id, flow_id=event.flow_id),
    )


WORDING: Mapping[type[Event], Callable[[Any], Notice]] = {
    TradeOpened: _trade_opened,
    TradeClosed: _trade_closed,
    OrderRefused: _order_refused,
    RunFailed: _run_failed,
}
"""Every event that users are told about."""
