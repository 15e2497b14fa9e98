"""The answer that an agent owes: parsed strictly, never guessed at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.trading.market import Amount, Price, Symbol
from moniqo.domain.trading.order import OrderType

LONGEST_ANSWER = 65_536


class Action(StrEnum):
    """What to do; `close` ends the whole position."""

    BUY = "buy"
    SELL = "sell"
    CLOSE = "close"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Evidence(Value):
    """A number of the snapshot that the decision leans on, right to within `tolerance`."""

    field: Annotated[str, Length(1, 50)]
    value: Decimal
    tolerance: Amount = ZERO


@dataclass(frozen=True, slots=True)
class Decision(Value):
    """Buy or sell `quantity` of the base, or `fraction` of the free cash or of the position."""

    action: Action
    symbol: Symbol
    quantity: Price | None = None
    fraction: Annotated[Decimal, Range(above=0, most=1)] | None = None
    order_type: OrderType = OrderType.MARKET
    limit_price: Price | None = None
    stop_loss: Price | None = None
    take_profit: Price | None = None
    confidence: Annotated[Decimal, Range(least=0, most=1)] | None = None
    rationale: Annotated[str, Length(0, 4000)] = ""
    evidence: Annotated[tuple[Evidence, ...], Length(0, 50)] = ()

    def check(self) -> None:
        """One size, a limit price for limit orders alone, stop below limit below target."""
        faults = []
        trades = self.action in (Action.BUY, Action.SELL)
        if trades and (self.quantity is None) == (self.fraction is None):
            faults.append(Fault("quantity", "or fraction is needed, and not both"))
        if self.order_type not in (OrderType.MARKET, OrderType.LIMIT):
            faults.append(Fault("order_type", "must be market or limit"))
        if (self.order_type is OrderType.LIMIT) != (self.limit_price is not None):
            faults.append(Fault("limit_price", "belongs to limit orders, and only to them"))
        known = (self.stop_loss, self.limit_price, self.take_profit)
        levels = [level for level in known if level is not None]
        if self.action is Action.BUY and any(low >= high for low, high in pairwise(levels)):
            faults.append(Fault("stop_loss", "must be below the limit, and that below the target"))
        if faults:
            raise Invalid("The decision is not complete.", faults=tuple(faults))

    def mismatch(self, facts: Mapping[str, Decimal]) -> str | None:
        """The first piece of evidence that the snapshot's facts do not bear out, as a reason."""
        for item in self.evidence:
            actual = facts.get(item.field)
            if actual is None:
                return f"evidence names {item.field}, which the snapshot does not have"
            if abs(actual - item.value) > item.tolerance:
                return f"evidence says {item.field} is {item.value}, the snapshot has {actual}"
        return None


def parse_decision(text: str) -> Decision:
    """The decision that an answer is: one JSON object and nothing else; raises `Invalid`."""
    if len(text) > LONGEST_ANSWER:
        raise Invalid(f"The answer is longer than {LONGEST_ANSWER} characters.")
    try:
        data = _ANSWERS.decode(text)
    except (ValueError, RecursionError) as problem:
        raise Invalid("The answer is not one JSON object.") from problem
    return decode(Decision, data)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


_ANSWERS = json.JSONDecoder(
    parse_float=Decimal,
    parse_constant=_refuse_constant,
    object_pairs_hook=_without_duplicates,
)
