"""The limits that an owner sets on a flow; unknown ones are refused when it is saved."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from moniqo.domain.agents.decision import Action, Decision
from moniqo.domain.agents.snapshot import Snapshot
from moniqo.domain.shared.decimals import ZERO, exact
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.trading.market import Price, Rate, Symbol


@dataclass(frozen=True, slots=True)
class Risk(Value):
    """Limits on every order of a flow; a limit that is not set does not apply.

    `max_order_notional` and `max_position_notional` are in the quote currency at the last
    close, `max_fraction` is of the free cash, `max_stale_bars` counts the bars that are
    missing between the snapshot's last one and now. With `kill_switch` only exits pass.
    """

    allowed_symbols: Annotated[tuple[Symbol, ...], Length(1, 50)] | None = None
    max_order_notional: Price | None = None
    max_position_notional: Price | None = None
    max_fraction: Rate | None = None
    max_stale_bars: Annotated[int, Range(least=0, most=1000)] | None = None
    kill_switch: bool = False

    @exact
    def refusal(self, decision: Decision, snapshot: Snapshot, now: datetime) -> str | None:
        """Why the decision must not become an order; None if it may."""
        if self.allowed_symbols is not None and decision.symbol not in self.allowed_symbols:
            return f"{decision.symbol} is not an allowed symbol"
        if decision.action is not Action.BUY:
            return None
        if self.kill_switch:
            return "the kill switch is on"
        return self._stale(snapshot, now) or self._too_large(decision, snapshot)

    def _stale(self, snapshot: Snapshot, now: datetime) -> str | None:
        last = snapshot.candles[-1]
        missing = (now - last.closed_at) // last.timeframe.duration
        if self.max_stale_bars is not None and missing > self.max_stale_bars:
            return f"prices are {missing} bars old, at most {self.max_stale_bars} are allowed"
        return None

    def _too_large(self, decision: Decision, snapshot: Snapshot) -> str | None:
        close = snapshot.candles[-1].close
        notional = _notional(decision, snapshot)
        fraction = notional / snapshot.cash if snapshot.cash else ZERO
        if self.max_fraction is not None and fraction > self.max_fraction:
            return f"the order takes more than {self.max_fraction} of the free cash"
        if self.max_order_notional is not None and notional > self.max_order_notional:
            return f"the order is worth more than {self.max_order_notional}"
        position = snapshot.position * close + notional
        if self.max_position_notional is not None and position > self.max_position_notional:
            return f"the position would be worth more than {self.max_position_notional}"
        return None


def _notional(decision: Decision, snapshot: Snapshot) -> Decimal:
    if decision.quantity is not None:
        return decision.quantity * (decision.limit_price or snapshot.candles[-1].close)
    return (decision.fraction or ZERO) * snapshot.cash
