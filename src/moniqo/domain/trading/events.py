"""What happens to orders and positions."""

from dataclasses import dataclass
from decimal import Decimal

from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import FlowId, FlowRunId, TradeId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOpened(Event):
    """A first fill opened a position."""

    user_id: UserId
    trade_id: TradeId
    flow_id: FlowId | None
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeClosed(Event):
    """A position is flat; `profit_loss` is net of fees, in the quote currency."""

    user_id: UserId
    trade_id: TradeId
    flow_id: FlowId | None
    symbol: str
    profit_loss: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefused(Event):
    """A decision became no order, or the venue turned the order down."""

    user_id: UserId
    run_id: FlowRunId | None
    flow_id: FlowId | None
    symbol: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandlesImported(Event):
    """New candles of a series are in the store: waiting orders may be filled."""

    exchange: str
    symbol: str
    timeframe: str
    added: int
