"""Which status each refusal is answered with, and the refusals that only HTTP knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from moniqo.domain.shared.errors import AppError, Fault, Kind

STATUS: Mapping[Kind, int] = {
    Kind.REJECTED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.QUOTA_EXCEEDED: 402,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.OUTDATED: 412,
    Kind.INVALID: 422,
    Kind.LOCKED: 423,
    Kind.RATE_LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}
RETRY_SECONDS = 1
"""Answered with a 503 or 429 whose cause names no time of its own."""
MOST_FAULTS = 256
_LONGEST_MESSAGE = 500
_LONGEST_FIELD = 200


class HttpRefusal(Exception):
    """A refusal of the transport itself: method, media type, size, time."""

    status: ClassVar[int]
    code: ClassVar[str]
    message: ClassVar[str]
    closes: ClassVar[bool] = False

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(self.message)
        self.headers = dict(headers or {})


class RouteNotFound(HttpRefusal):
    """No such path."""

    status, code, message = 404, "NOT_FOUND", "There is nothing here."


class MethodNotAllowed(HttpRefusal):
    """The path does not take this method; `Allow` lists those it does."""

    status, code, message = 405, "METHOD_NOT_ALLOWED", "This method is not allowed here."


class RequestTimeout(HttpRefusal):
    """The body did not arrive in time."""

    status, code, message = 408, "REQUEST_TIMEOUT", "The request body did not arrive in time."
    closes = True


class PayloadTooLarge(HttpRefusal):
    """The body passes the limit; the rest of it is not read."""

    status, code, message = 413, "PAYLOAD_TOO_LARGE", "The request body is too large."
    closes = True


class UnsupportedMediaType(HttpRefusal):
    """The body is not JSON in UTF-8 as it stands."""

    status, code, message = (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "Send the body as application/json in UTF-8, without a content encoding.",
    )


class HeadersTooLarge(HttpRefusal):
    """The headers or the query pass the limit."""

    status, code, message = 431, "HEADERS_TOO_LARGE", "The request's headers are too large."


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it is answered."""

    status: int
    code: str
    message: str
    faults: tuple[Fault, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


INTERNAL = Failure(500, "INTERNAL_ERROR", "Something went wrong on our side.")


def failure_of(error: BaseException) -> Failure:
    """What the caller is told; nothing of the inside for an error that is none of ours."""
    if isinstance(error, AppError):
        return _refused(error)
    if isinstance(error, HttpRefusal):
        headers = {**error.headers, **({"connection": "close"} if error.closes else {})}
        return Failure(error.status, error.code, error.message, headers=tuple(headers.items()))
    return INTERNAL


def _refused(error: AppError) -> Failure:
    headers: dict[str, str] = {}
    wait = error.retry_after
    if wait is None and error.kind in (Kind.UNAVAILABLE, Kind.RATE_LIMITED):
        wait = RETRY_SECONDS
    if wait is not None:
        headers["retry-after"] = str(max(wait, 0))
    if error.kind is Kind.UNAUTHENTICATED:
        headers["www-authenticate"] = "Bearer"
    return Failure(
        STATUS[error.kind],
        error.code,
        _printable(error.message, _LONGEST_MESSAGE),
        tuple(
            Fault(
                _printable(fault.field, _LONGEST_FIELD), _printable(fault.message, _LONGEST_MESSAGE)
            )
            for fault in error.faults[:MOST_FAULTS]
        ),
        tuple(headers.items()),
    )


def _printable(text: str, most: int) -> str:
    """Cut, and free of what UTF-8 cannot say: a field's name may come from the caller."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode()
