"""The built-in strategies: deterministic rules that need no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Protocol

from moniqo.domain.agents.decision import Action
from moniqo.domain.shared.decimals import ZERO, exact
from moniqo.domain.shared.decoding import decode, exact_numbers
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.rules import Range

Period = Annotated[int, Range(least=1, most=500)]
Fraction = Annotated[Decimal, Range(above=0, most=1)]
Percentage = Annotated[Decimal, Range(least=0, most=100)]
DEFAULT_FRACTION = Decimal("0.95")


class Strategy(Protocol):
    """A rule over closing prices, long only.

    It is asked only once there are `bars` closes.
    """

    @property
    def bars(self) -> int:
        """How many closes are looked at."""

    @property
    def fraction(self) -> Decimal:
        """What part of the free cash a buy takes."""

    def decide(self, closes: Sequence[Decimal], *, holding: bool) -> Action:
        """What to do at the last of `closes` (oldest first)."""


@dataclass(frozen=True, slots=True)
class MovingAverageCross(Value):
    """Buys when the simple average of `fast` closes rises above that of `slow`.

    Sells when it falls below; both times strictly on either side of the crossing.
    """

    fast: Period = 10
    slow: Period = 20
    fraction: Fraction = DEFAULT_FRACTION

    def check(self) -> None:
        """The fast average is over fewer closes."""
        if self.fast >= self.slow:
            raise Invalid.field("fast", "must be below slow")

    @property
    def bars(self) -> int:
        """See `Strategy`."""
        return self.slow + 1

    @exact
    def decide(self, closes: Sequence[Decimal], *, holding: bool) -> Action:
        """See `Strategy`."""
        before, now = self._gap(closes[:-1]), self._gap(closes)
        if before < 0 < now and not holding:
            return Action.BUY
        if now < 0 < before and holding:
            return Action.CLOSE
        return Action.HOLD

    def _gap(self, closes: Sequence[Decimal]) -> Decimal:
        """Positive where fast is above slow: averages compared without dividing."""
        fast, slow = sum(closes[-self.fast :], ZERO), sum(closes[-self.slow :], ZERO)
        return fast * self.slow - slow * self.fast


@dataclass(frozen=True, slots=True)
class RelativeStrength(Value):
    """Buys when the relative strength index falls below `low`, sells when it rises above `high`.

    The index is Wilder's formula over the plain averages of `period` gains and losses.
    """

    period: Period = 14
    low: Percentage = Decimal(30)
    high: Percentage = Decimal(70)
    fraction: Fraction = DEFAULT_FRACTION

    def check(self) -> None:
        """The bounds leave room between them."""
        if self.low >= self.high:
            raise Invalid.field("low", "must be below high")

    @property
    def bars(self) -> int:
        """See `Strategy`."""
        return self.period + 1

    @exact
    def decide(self, closes: Sequence[Decimal], *, holding: bool) -> Action:
        """See `Strategy`."""
        recent = closes[-self.bars :]
        changes = [after - before for before, after in pairwise(recent)]
        gains = sum((change for change in changes if change > 0), ZERO)
        moved = sum(map(abs, changes), ZERO)
        if not moved:
            return Action.HOLD
        # index = 100 − 100 / (1 + gains / losses) = 100 × gains / (gains + losses)
        index = 100 * gains / moved
        if index < self.low and not holding:
            return Action.BUY
        return Action.CLOSE if index > self.high and holding else Action.HOLD


@dataclass(frozen=True, slots=True)
class Breakout(Value):
    """Buys on a close above the `period` closes before it, sells on one below them."""

    period: Period = 20
    fraction: Fraction = DEFAULT_FRACTION

    @property
    def bars(self) -> int:
        """See `Strategy`."""
        return self.period + 1

    def decide(self, closes: Sequence[Decimal], *, holding: bool) -> Action:
        """See `Strategy`."""
        before, last = closes[-self.bars : -1], closes[-1]
        if last > max(before) and not holding:
            return Action.BUY
        return Action.CLOSE if last < min(before) and holding else Action.HOLD


@dataclass(frozen=True, slots=True)
class BuyAndHold(Value):
    """Buys at the first chance and never sells."""

    fraction: Fraction = DEFAULT_FRACTION

    @property
    def bars(self) -> int:
        """See `Strategy`."""
        return 1

    def decide(self, closes: Sequence[Decimal], *, holding: bool) -> Action:
        """See `Strategy`."""
        return Action.BUY if closes and not holding else Action.HOLD


STRATEGIES: dict[str, type[Strategy]] = {
    "ma_cross": MovingAverageCross,
    "rsi": RelativeStrength,
    "breakout": Breakout,
    "buy_and_hold": BuyAndHold,
}


def strategy_of(config: Mapping[str, object]) -> Strategy:
    """The strategy that `config` names, with its parameters; raises `Invalid`."""
    try:
        # The types tell 1 from 1.0 and from True, which are equal as keys.
        return _strategy(tuple((key, type(value), value) for key, value in config.items()))
    except TypeError:
        # A list or an object among the parameters: no strategy takes any.
        return _read(dict(config))


@lru_cache(maxsize=256)
def _strategy(items: tuple[tuple[str, type, object], ...]) -> Strategy:
    """Read once per configuration: every step of every run asks for it."""
    return _read({key: value for key, _, value in items})


def _read(config: dict[str, object]) -> Strategy:
    name = config.get("strategy")
    if not isinstance(name, str) or name not in STRATEGIES:
        raise Invalid.field("strategy", f"must be one of {', '.join(STRATEGIES)}")
    parameters = {key: value for key, value in config.items() if key != "strategy"}
    return decode(STRATEGIES[name], exact_numbers(parameters))
