"""What a route may be answered with beside success."""

from typing import Any

from moniqo.entrypoints.http.endpoint import GET, Endpoint
from moniqo.entrypoints.http.errors import INTERNAL
from moniqo.entrypoints.http.openapi.failures import MEANINGS, status_of
from moniqo.entrypoints.http.openapi.headers import of_refusal
from moniqo.entrypoints.http.openapi.shape import by_shape
from moniqo.entrypoints.http.openapi.tags import is_tagged


def refused(endpoint: Endpoint, components: dict[str, Any]) -> dict[str, Any]:
    """The responses of the route's refusals, by status; each is a component."""
    by_status: dict[int, list[str]] = {INTERNAL.status: [INTERNAL.code]}
    for kind in (*by_shape(endpoint), *endpoint.refuses):
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


def _response(status: int, codes: list[str]) -> dict[str, Any]:
    return {
        "description": MEANINGS[status],
        "headers": of_refusal(status),
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Failure"},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }


def unchanged(endpoint: Endpoint) -> dict[str, Any]:
    """The 304 of a read whose answer has a tag."""
    if endpoint.method is not GET or not is_tagged(endpoint):
        return {}
    return {"304": {"description": "What `If-None-Match` names is still current."}}
