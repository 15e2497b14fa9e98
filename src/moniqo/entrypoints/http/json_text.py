"""JSON text to plain data: one document, every key once, not too deep, no digit lost.

Numbers become `int` or `Decimal`. NaN and infinities come out as such Decimals, so that the
decoder names the field they are in.
"""

import json
import re
from decimal import Decimal, InvalidOperation

from moniqo.domain.shared.errors import Rejected

MOST_LEVELS = 64
# Python turns longer digit strings away; such a number is out of every range anyway.
_MOST_INT_DIGITS = 4000
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ALL_SQUARE = bytes.maketrans(b"{}", b"[]")
_INFINITE = Decimal("Infinity")


def parse(body: bytes) -> object:
    """One JSON document; raises `Rejected`."""
    if not body:
        raise Rejected("The request body is empty.")
    if nested_deeply(body):
        raise Rejected(f"The JSON is not balanced, or nested past {MOST_LEVELS} levels.")
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise Rejected("The request body is not valid UTF-8.") from None
    except _Duplicate:
        raise Rejected("The JSON has an object in which a key stands twice.") from None
    except ValueError:
        raise Rejected("The request body is not valid JSON.") from None


def nested_deeply(body: bytes) -> bool:
    """Whether brackets stand deeper than `MOST_LEVELS` or do not pair up; without recursion.

    Each pass over the brackets alone takes away the innermost pairs.
    """
    if body.count(b"[") + body.count(b"{") <= MOST_LEVELS:
        return False
    brackets = _STRINGS.sub(b"", body).translate(_ALL_SQUARE, _NOT_BRACKETS)
    for _ in range(MOST_LEVELS):
        if not brackets:
            return False
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            return True
        brackets = shorter
    return bool(brackets)


class _Duplicate(ValueError):
    pass


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Duplicate
    return found


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _MOST_INT_DIGITS else _INFINITE


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return _INFINITE


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_int=_integer, parse_constant=Decimal
)
