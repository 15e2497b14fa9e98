"""Every error as it is answered."""

from collections.abc import Iterator, Mapping
from typing import Any

from moniqo.domain.shared.errors import AppError, Invalid
from moniqo.entrypoints.http.errors import INTERNAL, STATUS
from moniqo.entrypoints.http.openapi.example_values import IDENTITY, INSTANT
from moniqo.entrypoints.http.refusals import HttpRefusal

Refusal = type[AppError] | type[HttpRefusal]
MEANINGS: Mapping[int, str] = {
    400: "The request cannot be taken as it stands.",
    401: "The caller did not prove who they are.",
    402: "The plan's limit is used up.",
    403: "The caller may not do this.",
    404: "Absent, removed, or somebody else's.",
    408: "The body did not arrive in time.",
    409: "The present state does not allow it.",
    412: "`If-Match` does not name the current version.",
    413: "The body is too large.",
    415: "The body is not of the media type that is taken here.",
    422: "Well-formed but invalid; `details` names every field at fault.",
    405: "The path does not take this method.",
    423: "Locked after too many failed sign-ins; `Retry-After` says until when.",
    429: "Too often; `Retry-After` says when to try again.",
    431: "The headers are too large.",
    500: "A fault of ours.",
    503: "Something that is needed is down; `Retry-After` says when to try again.",
}


def status_of(kind: Refusal) -> int:
    """The status that a refusal is answered with."""
    return kind.status if issubclass(kind, HttpRefusal) else STATUS[kind.kind]


def examples() -> dict[str, Any]:
    """Every error as it is answered, by its code."""
    found = {kind.code: status_of(kind) for kind in (*_leaves(AppError), *_leaves(HttpRefusal))}
    found[INTERNAL.code] = INTERNAL.status
    return {code: {"value": _example(status, code)} for code, status in sorted(found.items())}


def _leaves(kind: Any) -> Iterator[Refusal]:
    for child in kind.__subclasses__():
        yield from (child, *_leaves(child))


def _example(status: int, code: str) -> dict[str, Any]:
    fault = {"field": "name", "message": "is required"}
    details = [fault] if code == Invalid.code else []
    return {
        "status_code": status,
        "message": MEANINGS[status],
        "data": None,
        "error": {"code": code, "message": MEANINGS[status], "details": details},
        "timestamp": INSTANT,
        "request_id": IDENTITY,
    }
