"""Which status each refusal is answered with, and how much of it is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from moniqo.domain.shared.errors import AppError, Fault, Kind
from moniqo.entrypoints.http.refusals import HttpRefusal

STATUS: Mapping[Kind, int] = {
    Kind.REJECTED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.QUOTA_EXCEEDED: 402,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.OUTDATED: 412,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.LOCKED: 423,
    Kind.RATE_LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}
RETRY_SECONDS = 1
"""Answered with a 503 whose cause names no time of its own."""
MOST_FAULTS = 256
_LONGEST_MESSAGE = 500
_LONGEST_FIELD = 200


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
    if wait is None and error.kind is Kind.UNAVAILABLE:
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
