"""Single values and nested ones in the form in which each dialect keeps them."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any
from uuid import UUID

from moniqo.adapters.codec import JSON_LEAVES, Codec, Leaf, Leaves, instant, instant_text
from moniqo.domain.shared.rules import MAX_DIGITS, MAX_PLACES

_WHOLE = MAX_DIGITS - MAX_PLACES
_WIDE = Context(prec=MAX_DIGITS)
_COMPLEMENT = 10**MAX_DIGITS
_LARGE_FLOAT = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9.]+e\+[0-9]+')


def sortable(value: Decimal) -> str:
    """The decimal as text whose order by code point is the order of the numbers.

    Numbers from 0 on are written out with 16 digits before the point: `0000000000000012.5`.
    Negative ones are `-` and the ten's complement of their 34 digits, so that -2 sorts before -1.
    """
    if value < 0:
        units = int(value.scaleb(MAX_PLACES, _WIDE))
        return f"-{_COMPLEMENT + units:0{MAX_DIGITS}d}"
    whole, _, places = format(value.copy_abs(), "f").partition(".")
    return f"{whole:0>{_WHOLE}}.{places.rstrip('0')}"


def number(text: str) -> Decimal:
    """The decimal that `sortable` wrote."""
    if text.startswith("-"):
        return Decimal(int(text[1:]) - _COMPLEMENT).scaleb(-MAX_PLACES, _WIDE)
    return Decimal(text)


def json_text(value: object) -> str:
    """JSON in which a float stays one where numbers are kept as decimals: 1e16 gets its point."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _LARGE_FLOAT.sub(_pointed, text) if "e+" in text else text


def _pointed(token: re.Match[str]) -> str:
    found = token.group()
    return found if found.startswith('"') else f"{int(float(found))}.0"


NESTED = Codec(JSON_LEAVES, trusted=True)
"""What is inside a document."""


def _zoned(value: datetime) -> datetime:
    """As it was written: asyncpg keeps the first instant of all as -infinity, without a zone."""
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


POSTGRES_LEAVES: Leaves = {datetime: Leaf(decode=_zoned)}
SQLITE_LEAVES: Leaves = {
    UUID: Leaf(str, UUID),
    datetime: Leaf(instant_text, instant),
    Decimal: Leaf(sortable, number),
    bool: Leaf(int, bool),
}


def atom(leaves: Mapping[Any, Leaf], value: Any) -> Any:
    """A value that a condition compares with, by its own type."""
    value = getattr(value, "value", value)
    leaf = leaves.get(type(value))
    return value if leaf is None or leaf.encode is None else leaf.encode(value)
