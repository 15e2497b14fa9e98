"""The envelope, and answers as they go over the wire."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from moniqo.adapters.codec import instant_text
from moniqo.application.shared.caller import current_call
from moniqo.entrypoints.http.errors import Failure

Header = tuple[bytes, bytes]
Send = Callable[[Any], Awaitable[None]]
NULL = b"null"
_JSON_TYPE: Header = (b"content-type", b"application/json; charset=utf-8")
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


def succeeded(
    status: int, message: str, data: bytes, now: datetime, headers: Iterable[Header] = ()
) -> Answer:
    """`data` (JSON) in the envelope."""
    return Answer(status, _envelope(status, message, data, None, now), (_JSON_TYPE, *headers))


def failed(failure: Failure, now: datetime) -> Answer:
    """An error in the envelope."""
    error = {
        "code": failure.code,
        "message": failure.message,
        "details": [{"field": fault.field, "message": fault.message} for fault in failure.faults],
    }
    extra = ((name.encode(), value.encode("latin-1")) for name, value in failure.headers)
    body = _envelope(failure.status, failure.message, NULL, error, now)
    return Answer(failure.status, body, (_JSON_TYPE, NO_STORE, *extra))


def _envelope(
    status: int, message: str, data: bytes, error: dict[str, Any] | None, now: datetime
) -> bytes:
    return _to_json(
        {
            "status_code": status,
            "message": message,
            "data": msgspec.Raw(data),
            "error": error,
            "timestamp": instant_text(now),
            "request_id": current_call.get().request_id,
        }
    )
