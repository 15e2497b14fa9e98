"""What a route may be answered with beside success, as its shape and its refusals tell."""

from collections.abc import Iterator
from typing import Any

from moniqo.domain.shared import errors as refusals
from moniqo.domain.shared.errors import AppError
from moniqo.entrypoints.http import errors as http
from moniqo.entrypoints.http.endpoint import GET, Endpoint, Source
from moniqo.entrypoints.http.errors import STATUS, HttpRefusal
from moniqo.entrypoints.http.openapi.examples import IDENTITY, INSTANT
from moniqo.entrypoints.http.rendering import is_versioned

Refusal = type[AppError] | type[HttpRefusal]
MEANINGS = {
    400: "The request cannot be taken as it stands.",
    401: "The caller did not prove who they are.",
    402: "The plan's limit is used up.",
    403: "The caller may not do this.",
    404: "Absent, removed, or somebody else's.",
    408: "The body did not arrive in time.",
    409: "The present state does not allow it.",
    412: "`If-Match` does not name the current version.",
    413: "The body is too large.",
    415: "The body is not JSON in UTF-8.",
    422: "Well-formed but invalid; `details` names every field at fault.",
    405: "The path does not take this method.",
    431: "The headers are too large.",
    423: "Locked after failed sign-ins.",
    429: "Too many requests; `Retry-After` says when to come back.",
    500: "A fault of ours.",
    503: "Something that is needed is down; `Retry-After` says when to try again.",
}


def refused(endpoint: Endpoint, components: dict[str, Any]) -> dict[str, Any]:
    """The responses of the route's refusals, by status; each is a component."""
    by_status: dict[int, list[str]] = {http.INTERNAL.status: [http.INTERNAL.code]}
    for kind in (*_by_shape(endpoint), *endpoint.refuses):
        codes = by_status.setdefault(status_of(kind), [])
        codes += [kind.code] if kind.code not in codes else []
    return {
        str(status): _reference(status, by_status[status], components)
        for status in sorted(by_status)
    }


def _reference(status: int, codes: list[str], components: dict[str, Any]) -> dict[str, Any]:
    name = ".".join(codes)
    components.setdefault(name, _response(status, codes))
    return {"$ref": f"#/components/responses/{name}"}


def status_of(kind: Refusal) -> int:
    """The status that a refusal is answered with."""
    return kind.status if issubclass(kind, HttpRefusal) else STATUS[kind.kind]


def _by_shape(endpoint: Endpoint) -> Iterator[Refusal]:
    yield from (refusals.Invalid, refusals.Unavailable)
    if not endpoint.public:
        yield from (refusals.Unauthenticated, refusals.TokenExpired, refusals.AccountInactive)
    if endpoint.needs is not None:
        yield refusals.Forbidden
    has_id = endpoint.taken(Source.PATH) is not None
    if has_id:
        yield refusals.NotFound
    if endpoint.method is not GET:
        yield refusals.Rejected
        yield from (http.RequestTimeout, http.PayloadTooLarge, http.UnsupportedMediaType)
        if not endpoint.public:
            yield refusals.Conflict
    if has_id and endpoint.method is not GET:
        yield from (refusals.RuleViolated, refusals.PreconditionFailed)


def _response(status: int, codes: list[str]) -> dict[str, Any]:
    return {
        "description": MEANINGS[status],
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Failure"},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }


def examples() -> dict[str, Any]:
    """Every error as it is answered, by its code."""
    found = {kind.code: status_of(kind) for kind in (*_leaves(AppError), *_leaves(HttpRefusal))}
    found[http.INTERNAL.code] = http.INTERNAL.status
    return {code: {"value": _example(status, code)} for code, status in sorted(found.items())}


def _leaves(kind: Any) -> Iterator[Refusal]:
    for child in kind.__subclasses__():
        yield from (child, *_leaves(child))


def _example(status: int, code: str) -> dict[str, Any]:
    fault = {"field": "name", "message": "is required"}
    details = [fault] if code == refusals.Invalid.code else []
    return {
        "status_code": status,
        "message": MEANINGS[status],
        "data": None,
        "error": {"code": code, "message": MEANINGS[status], "details": details},
        "timestamp": INSTANT,
        "request_id": IDENTITY,
    }


def unchanged(endpoint: Endpoint) -> dict[str, Any]:
    """The 304 of a read whose answer has a tag."""
    if endpoint.method is not GET or not is_versioned(endpoint.returns):
        return {}
    return {"304": {"description": "What `If-None-Match` names is still current."}}
