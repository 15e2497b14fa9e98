"""Exact arithmetic for money, prices and quantities."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, getcontext, setcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from moniqo.domain.shared.rules import MAX_PLACES

P = ParamSpec("P")
R = TypeVar("R")

ZERO = Decimal(0)
_QUANTUM = Decimal(1).scaleb(-MAX_PLACES)
# Wide enough for the product of three stored decimals without any rounding.
_EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` with a precision at which no product of stored decimals is rounded."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        before = getcontext()
        setcontext(_EXACT)
        try:
            return function(*args, **kwargs)
        finally:
            setcontext(before)

    return run


def storable(value: Decimal) -> Decimal:
    """`value` rounded half-even to 18 places, the finest that is kept; as it is if it fits."""
    rounded = value.quantize(_QUANTUM, context=_EXACT)
    return value if rounded == value else rounded


@exact
def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that does not pass `value` (both not negative)."""
    return value // step * step


def canonical(value: Decimal) -> str:
    """The one text of a decimal: no exponent, no trailing zeros, no minus zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
