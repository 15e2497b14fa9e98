"""One route as an OpenAPI operation."""

from typing import Any

from moniqo.entrypoints.http.arguments import Argument, Source
from moniqo.entrypoints.http.endpoint import Endpoint
from moniqo.entrypoints.http.openapi.examples import sent_example
from moniqo.entrypoints.http.openapi.parameters import parameters_of
from moniqo.entrypoints.http.openapi.responses import refused, unchanged
from moniqo.entrypoints.http.openapi.schemas import Schemas
from moniqo.entrypoints.http.openapi.success import success

Node = dict[str, Any]
_UPLOAD: Node = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary", "description": "The file."}},
    "required": ["file"],
    "additionalProperties": False,
}


def operation(endpoint: Endpoint, schemas: Schemas, *, deprecated: bool) -> Node:
    """The operation; components go to `schemas`."""
    body = endpoint.taken(Source.BODY, Source.CHANGES, Source.UPLOAD)
    who = "public" if endpoint.public else (endpoint.needs or "signed in")
    parameters = parameters_of(endpoint, schemas)
    return {
        "operationId": _operation_id(endpoint),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": f"{endpoint.description}\n\nWho: {who}.",
        **({"deprecated": True} if deprecated else {}),
        "security": _security(endpoint),
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _body(endpoint, body, schemas)} if body else {}),
        "responses": {
            str(endpoint.status): success(endpoint, schemas),
            **unchanged(endpoint),
            **refused(endpoint, schemas.responses),
        },
    }


def _security(endpoint: Endpoint) -> list[Node]:
    """A token, none, or one for who asks for more than everybody is shown."""
    token: Node = {"bearer": []}
    if endpoint.public:
        return [{}, token] if endpoint.shows_removed else []
    return [token]


def _operation_id(endpoint: Endpoint) -> str:
    owner, name = endpoint.function.__qualname__.split(".")[-2:]
    return f"{owner.removesuffix('Controller')}_{name}"


def _body(endpoint: Endpoint, body: Argument, schemas: Schemas) -> Node:
    if body.source is Source.UPLOAD:
        kinds = ", ".join(sorted(body.kind.kinds))
        form = {"schema": _UPLOAD, "encoding": {"file": {"contentType": kinds}}}
        return {"required": True, "content": {"multipart/form-data": form}}
    partial = body.source is Source.CHANGES
    made = schemas.changes(body.kind) if partial else schemas.payload(body.kind)
    example = endpoint.example if endpoint.example is not None else sent_example(body.kind)
    return {
        "required": not body.optional,
        "content": {"application/json": {"schema": made, "example": dict(example)}},
    }
