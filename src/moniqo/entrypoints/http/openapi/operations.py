"""One route as an OpenAPI operation."""

from typing import Any

from moniqo.domain.shared.schema import schema
from moniqo.entrypoints.http.endpoint import GET, Argument, Endpoint, Source
from moniqo.entrypoints.http.lists import PAGING, Lists
from moniqo.entrypoints.http.openapi.examples import (
    IDENTITY,
    INSTANT,
    sent_example,
    shown_example,
)
from moniqo.entrypoints.http.openapi.keywords import nullable, ruled
from moniqo.entrypoints.http.openapi.responses import refused, unchanged
from moniqo.entrypoints.http.openapi.schemas import Schemas
from moniqo.entrypoints.http.rendering import is_versioned, page_of

Node = dict[str, Any]
_PAGING: dict[str, Node] = {
    "limit": {"type": "integer", "minimum": 1, "description": "Cut to the server's maximum."},
    "offset": {"type": "integer", "format": "int64", "minimum": 0, "default": 0},
    "cursor": {"type": "string", "description": "`next_cursor` of the page before."},
}


def operation(endpoint: Endpoint, schemas: Schemas) -> Node:
    """The operation; components go to `schemas`."""
    body = endpoint.taken(Source.BODY, Source.CHANGES)
    who = "public" if endpoint.public else (endpoint.needs or "signed in")
    parameters = _parameters(endpoint, schemas)
    return {
        "operationId": _operation_id(endpoint),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": f"{endpoint.description}\n\nWho: {who}.",
        "security": [] if endpoint.public else [{"bearer": []}],
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _body(endpoint, body, schemas)} if body else {}),
        "responses": {
            str(endpoint.status): _success(endpoint, schemas),
            **unchanged(endpoint),
            **refused(endpoint, schemas.responses),
        },
    }


def _operation_id(endpoint: Endpoint) -> str:
    owner, name = endpoint.function.__qualname__.split(".")[-2:]
    return f"{owner.removesuffix('Controller')}_{name}"


def _parameters(endpoint: Endpoint, schemas: Schemas) -> list[Node]:
    found: list[Node] = []
    for argument in endpoint.arguments:
        if argument.source is Source.PATH:
            found.append(_parameter("path", argument.name, schemas.sent(argument.kind), IDENTITY))
        elif argument.source is Source.LIST and endpoint.lists is not None:
            found += _listing(endpoint.lists, schemas)
        elif argument.source is Source.QUERY:
            found += _question(argument, schemas)
    return found + _conditions(endpoint)


def _parameter(
    place: str, name: str, found: Node, example: Any = None, *, required: bool | None = None
) -> Node:
    needed = place == "path" if required is None else required
    told = {} if example is None else {"example": example}
    return {"name": name, "in": place, "required": needed, "schema": found, **told}


def _listing(lists: Lists, schemas: Schemas) -> list[Node]:
    names = "|".join(lists.sort)
    order = {
        "type": "string",
        "pattern": f"^-?({names})(,-?({names}))*$",
        "default": ",".join(lists.default),
        "description": f"Fields to sort by, descending with `-`: {', '.join(lists.sort)}.",
    }
    paging = {**_PAGING, "sort": order}
    filters = {
        name: ruled(schemas.sent(found.type), found.rules)
        for name, (_, found) in lists.parameters.items()
    }
    return [
        *(_parameter("query", name, paging[name]) for name in PAGING),
        *(_parameter("query", name, found) for name, found in filters.items()),
    ]


def _question(argument: Argument, schemas: Schemas) -> list[Node]:
    example = sent_example(argument.kind)
    return [
        _parameter(
            "query",
            field.name,
            schemas.sent_field(field),
            example.get(field.name),
            required=field.required,
        )
        for field in schema(argument.kind)
    ]


def _conditions(endpoint: Endpoint) -> list[Node]:
    if endpoint.method is GET:
        names = ["If-None-Match"] if is_versioned(endpoint.returns) else []
    else:
        names = ["If-Match"] if endpoint.taken(Source.PATH) else []
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _body(endpoint: Endpoint, body: Argument, schemas: Schemas) -> Node:
    partial = body.source is Source.CHANGES
    made = schemas.changes(body.kind) if partial else schemas.payload(body.kind)
    example = endpoint.example if endpoint.example is not None else sent_example(body.kind)
    return {
        "required": not body.optional,
        "content": {"application/json": {"schema": made, "example": dict(example)}},
    }


def _success(endpoint: Endpoint, schemas: Schemas) -> Node:
    data, example = _data(endpoint, schemas)
    tag = {"ETag": {"$ref": "#/components/headers/ETag"}} if is_versioned(endpoint.returns) else {}
    return {
        "description": endpoint.message,
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}, **tag},
        "content": {
            "application/json": {
                "schema": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Success"},
                        {"type": "object", "properties": {"data": data}},
                    ]
                },
                "example": {
                    "status_code": endpoint.status,
                    "message": endpoint.message,
                    "data": example,
                    "error": None,
                    "timestamp": INSTANT,
                    "request_id": IDENTITY,
                },
            }
        },
    }


def _data(endpoint: Endpoint, schemas: Schemas) -> tuple[Node, Any]:
    if endpoint.returns is type(None):
        return {"type": "null"}, None
    item = page_of(endpoint.returns)
    if item is None:
        return schemas.answered(endpoint.returns), shown_example(endpoint.returns)
    return _page(schemas.answered(item)), {
        "items": [shown_example(item)],
        "total": 1,
        "limit": 10,
        "offset": 0,
        "has_more": False,
        "next_cursor": None,
    }


def _page(item: Node) -> Node:
    whole = {"type": "integer", "format": "int64", "minimum": 0}
    properties = {
        "items": {"type": "array", "items": item},
        "total": nullable(whole),
        "limit": whole,
        "offset": whole,
        "has_more": {"type": "boolean"},
        "next_cursor": {"type": ["string", "null"]},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
