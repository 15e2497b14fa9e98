"""The line that each request leaves in the log, made by a short way: there are many of them."""

import logging
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from moniqo.adapters.codec import instant_text
from moniqo.application.shared.caller import CallContext
from moniqo.entrypoints.redaction import scrubbed

_logger = logging.getLogger("moniqo.requests")
_LONGEST_PATH = 300
_OUR_FAULT = 500


class RequestLine(msgspec.Struct):
    """The line's fields, in their order; `route` is the template that the path fits."""

    message: str
    level: str
    logger: str
    timestamp: str
    request_id: str
    user_id: UUID | None
    method: str
    route: str | None
    path: str
    status: int | None
    milliseconds: float


def tell(  # noqa: PLR0913  (fields of the line)
    call: CallContext,
    *,
    method: str,
    route: str | None,
    path: str,
    status: int | None,
    seconds: float,
) -> None:
    """Log a request that `call` made; `path` without its query, no `status` if nobody waited."""
    level = logging.INFO if status is None or status < _OUR_FAULT else logging.ERROR
    if not _logger.isEnabledFor(level):
        return
    record = logging.LogRecord(_logger.name, level, "", 0, "request", (), None)
    record.line = RequestLine(
        message="request",
        level="info" if level == logging.INFO else "error",
        logger=_logger.name,
        timestamp=instant_text(datetime.fromtimestamp(record.created, UTC)),
        request_id=call.request_id,
        user_id=call.actor_id,
        method=method,
        route=route,
        path=path if path == route else scrubbed(path[:_LONGEST_PATH]),
        status=status,
        milliseconds=round(seconds * 1000, 3),
    )
    _logger.handle(record)
