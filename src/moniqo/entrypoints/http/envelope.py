"""The envelope of every JSON answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from moniqo.adapters.codec import instant_text
from moniqo.application.shared.caller import current_call
from moniqo.entrypoints.http.errors import Failure
from moniqo.entrypoints.http.wire import NO_STORE, NULL, Answer, Header, to_json

_JSON_TYPE: Header = (b"content-type", b"application/json; charset=utf-8")


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
    return to_json(
        {
            "status_code": status,
            "message": message,
            "data": msgspec.Raw(data),
            "error": error,
            "timestamp": instant_text(now),
            "request_id": current_call.get().request_id,
        }
    )
