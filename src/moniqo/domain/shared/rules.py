"""Rules that a field's annotation carries: `title: Annotated[str, Length(1, 200)]`.

Entities check them at every construction; input decoding and the OpenAPI description
read the same objects, so that a limit is written once.
"""

import json
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import Protocol

MAX_DIGITS = 34
"""Most digits a decimal may have: what BSON's Decimal128 holds."""
MAX_PLACES = 18
"""Most digits after the point."""
INT64 = 2**63

_WIDE = Context(prec=120, rounding=ROUND_HALF_EVEN)
_QUANTUM = Decimal(1).scaleb(-MAX_PLACES)
_compiled = cache(re.compile)


class Rule(Protocol):
    """A condition on a value that is neither None nor of the wrong type."""

    def fault(self, value: object) -> str | None:
        """What is wrong with `value`, as the end of a sentence; None if nothing."""


@dataclass(frozen=True, slots=True)
class Length:
    """Bounds on the number of code points of a text, or of items of a collection."""

    least: int = 0
    most: int = 2**31

    def fault(self, value: object) -> str | None:
        """See `Rule`."""
        size = len(value)  # type: ignore[arg-type]
        if self.least <= size <= self.most:
            return None
        unit = "characters" if isinstance(value, str) else "items"
        return f"must have {self.least} to {self.most} {unit}, has {size}"


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds on a number: `above` excludes its own value, `least` and `most` include it."""

    above: int | Decimal | None = None
    least: int | Decimal | None = None
    most: int | Decimal | None = None

    def fault(self, value: object) -> str | None:
        """See `Rule`."""
        number: Decimal = value  # type: ignore[assignment]
        if self.above is not None and number <= self.above:
            return f"must be above {self.above}"
        if self.least is not None and number < self.least:
            return f"must be at least {self.least}"
        if self.most is not None and number > self.most:
            return f"must be at most {self.most}"
        return None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that the whole text matches; `meaning` tells a human."""

    expression: str
    meaning: str

    def fault(self, value: object) -> str | None:
        """See `Rule`."""
        matched = _compiled(self.expression).fullmatch(str(value))
        return None if matched else f"must be {self.meaning}"


@dataclass(frozen=True, slots=True)
class JsonSize:
    """The most bytes that a free object may have as JSON in UTF-8, without spaces."""

    most: int

    def fault(self, value: object) -> str | None:
        """See `Rule`."""
        # Texts are kept storable by another check; here a lone surrogate is just long.
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        size = len(text.encode(errors="surrogatepass"))
        if size <= self.most:
            return None
        return f"must have at most {self.most} bytes as JSON, has {size}"


def text_fault(value: str) -> str | None:
    """What keeps `value` from being stored on every backend."""
    if "\x00" in value:
        return "must not contain NUL"
    if value.isascii():
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return "must not contain lone surrogates"
    return None


def integer_fault(value: int) -> str | None:
    """What keeps `value` from being stored on every backend."""
    return None if -INT64 <= value < INT64 else "must fit 64 bits"


def decimal_fault(value: Decimal) -> str | None:
    """What keeps `value` from being stored exactly on every backend."""
    if not value:
        return None
    if not value.is_finite():
        return "must be a finite number"
    # By its exponent: arithmetic on a number of a million digits would raise.
    if value.adjusted() >= MAX_DIGITS - MAX_PLACES:
        return f"must have at most {MAX_DIGITS - MAX_PLACES} digits before the point"
    if value.quantize(_QUANTUM, context=_WIDE) != value:
        return f"must have at most {MAX_PLACES} digits after the point"
    return None


def stored_fault(value: object) -> str | None:
    """What keeps an atom of any type from being stored, or compared, on every backend."""
    if isinstance(value, str):
        return text_fault(value)
    if isinstance(value, Decimal):
        return decimal_fault(value)
    return integer_fault(value) if isinstance(value, int) else None
