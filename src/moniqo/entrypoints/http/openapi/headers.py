"""Headers that answers have, and those that requests may have."""

from typing import Any

from moniqo.entrypoints.http.endpoint import Endpoint
from moniqo.entrypoints.http.repeats import KEY, REPLAYED

Node = dict[str, Any]
_TEXT: Node = {"schema": {"type": "string"}}
_COUNT: Node = {"schema": {"type": "integer", "minimum": 0}}
RATIONS = (
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "RateLimit",
    "RateLimit-Policy",
)
WAIT = "Retry-After"
_WAITING = frozenset({423, 429, 503})

COMPONENTS: Node = {
    "X-Request-ID": {"description": "Names the request in our logs.", **_TEXT},
    "ETag": {"description": "Names the version of `data`.", **_TEXT},
    "RateLimit-Limit": {"description": "Calls that the caller has in a minute.", **_COUNT},
    "RateLimit-Remaining": {"description": "Calls that are left of them.", **_COUNT},
    "RateLimit-Reset": {"description": "Seconds until calls begin to come back.", **_COUNT},
    "RateLimit": {"description": 'The same two, as `"default";r=99;t=60`.', **_TEXT},
    "RateLimit-Policy": {"description": 'The rule, as `"default";q=100;w=60`.', **_TEXT},
    REPLAYED: {
        "description": "`true` if this was answered before, to the same idempotency key.",
        "schema": {"type": "string", "const": "true"},
    },
    WAIT: {"description": "Seconds to wait before the next try.", **_COUNT},
}
"""Headers of answers."""


def _header(name: str, description: str, schema: Node) -> Node:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema,
    }


PARAMETERS: Node = {
    "If-Match": _header(
        "If-Match", "Refuse unless this version is the current one.", {"type": "string"}
    ),
    "If-None-Match": _header(
        "If-None-Match", "Answer 304 if this is still current.", {"type": "string"}
    ),
    KEY: _header(
        KEY,
        "The caller's own name for this request: sent again with the same body within 24 hours "
        "it has no second effect and is answered as the first time, byte for byte.",
        {"type": "string", "pattern": "^[!-~]{1,255}$"},
    ),
}
"""Headers of requests."""


def of_success(endpoint: Endpoint, *, has_tag: bool) -> Node:
    """The headers of a route's answer when all is well."""
    names = ["X-Request-ID"]
    names += ["ETag"] if has_tag else []
    names += [REPLAYED] if endpoint.repeatable else []
    return referred(*names, *(RATIONS if endpoint.limited else ()))


def of_refusal(status: int) -> Node:
    """The headers of a refusal."""
    waiting = (WAIT,) if status in _WAITING else ()
    return referred("X-Request-ID", *waiting, *(RATIONS if status == 429 else ()))  # noqa: PLR2004


def referred(*names: str) -> Node:
    """Each header by its name, described among the components."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
