"""Answers as they go over the wire."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

Header = tuple[bytes, bytes]
Send = Callable[[Any], Awaitable[None]]
NULL = b"null"
NO_STORE: Header = (b"cache-control", b"no-store")
_to_json = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer; an ASGI application that sends itself."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = ()

    async def __call__(self, _scope: Any, _receive: Any, send: Send) -> None:
        """Send it."""
        length = (b"content-length", str(len(self.body)).encode())
        headers = [*self.headers, length] if self.status != 304 else list(self.headers)  # noqa: PLR2004
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def to_json(value: object) -> bytes:
    """Plain data as JSON."""
    return _to_json(value)
