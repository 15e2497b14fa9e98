"""The one gate that every JSON body passes: media type, size, time, encoding, depth, keys.

What leaves it is plain data whose numbers are `int` or `Decimal`, digits as they were sent.
NaN and infinities come out as such Decimals, so that the decoder names the field they are in.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from moniqo.domain.shared.errors import Rejected
from moniqo.entrypoints.http.errors import PayloadTooLarge, RequestTimeout, UnsupportedMediaType

Scope = Any
Receive = Callable[[], Awaitable[Any]]
MOST_LEVELS = 64
# Python turns longer digit strings away; such a number is out of every range anyway.
_MOST_INT_DIGITS = 4000
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ALL_SQUARE = bytes.maketrans(b"{}", b"[]")
_INFINITE = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Gate:
    """Reads bodies of at most `most_bytes`, waiting `seconds` for the whole of one."""

    most_bytes: int
    seconds: float

    async def read(self, scope: Scope, receive: Receive) -> object:
        """The body as plain data; raises `HttpRefusal` or `Rejected`."""
        require_json(scope)
        return parse(await self._body(scope, receive))

    async def read_if_sent(self, scope: Scope, receive: Receive) -> object:
        """The same where a body may be left out: None if it is."""
        names = {name for name, value in scope["headers"] if value != b"0"}
        if not names & {b"content-length", b"transfer-encoding"}:
            return None
        return await self.read(scope, receive)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        for announced in header(scope, b"content-length"):
            if announced.isdigit() and int(announced) > self.most_bytes:
                raise PayloadTooLarge
        try:
            async with asyncio.timeout(self.seconds):
                return await self._chunks(receive)
        except TimeoutError:
            raise RequestTimeout from None

    async def _chunks(self, receive: Receive) -> bytes:
        body = bytearray()
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise RequestTimeout
            body += event.get("body", b"")
            if len(body) > self.most_bytes:
                raise PayloadTooLarge
            if not event.get("more_body"):
                return bytes(body)


def header(scope: Scope, name: bytes) -> Iterator[bytes]:
    """Every value of a header; `name` in lower case."""
    return (value for key, value in scope["headers"] if key == name)


def require_json(scope: Scope) -> None:
    """Raise `UnsupportedMediaType` unless the body claims to be plain JSON in UTF-8."""
    kinds = [value.decode("latin-1") for value in header(scope, b"content-type")]
    if len(kinds) != 1 or any(
        value.strip().lower() != b"identity" for value in header(scope, b"content-encoding")
    ):
        raise UnsupportedMediaType
    media_type, *parameters = (part.strip().lower() for part in kinds[0].split(";"))
    if media_type != "application/json":
        raise UnsupportedMediaType
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') != "utf-8":
            raise UnsupportedMediaType


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
