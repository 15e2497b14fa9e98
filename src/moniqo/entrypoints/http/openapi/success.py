"""What a route answers when all is well."""

from typing import Any

from moniqo.entrypoints.http.endpoint import Endpoint
from moniqo.entrypoints.http.openapi.example_values import IDENTITY, INSTANT
from moniqo.entrypoints.http.openapi.examples import shown_example
from moniqo.entrypoints.http.openapi.headers import of_success
from moniqo.entrypoints.http.openapi.keywords import nullable
from moniqo.entrypoints.http.openapi.schemas import Schemas
from moniqo.entrypoints.http.openapi.tags import is_tagged
from moniqo.entrypoints.http.rendering import page_of, sends_itself
from moniqo.entrypoints.http.streams import streamed_type

Node = dict[str, Any]


def success(endpoint: Endpoint, schemas: Schemas) -> Node:
    """The response, with an example."""
    return {
        "description": endpoint.message,
        "headers": _headers(endpoint),
        "content": _media(endpoint) if endpoint.media else _enveloped(endpoint, schemas),
    }


def _headers(endpoint: Endpoint) -> Node:
    return {
        **of_success(endpoint, has_tag=is_tagged(endpoint)),
        **{
            name: {"description": meaning, "schema": {"type": "string"}}
            for name, meaning in endpoint.headers.items()
        },
    }


def _media(endpoint: Endpoint) -> Node:
    return {media: {"schema": {"type": "string", "format": "binary"}} for media in endpoint.media}


def _enveloped(endpoint: Endpoint, schemas: Schemas) -> Node:
    data, example = _data(endpoint, schemas)
    return {
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
    }


def _data(endpoint: Endpoint, schemas: Schemas) -> tuple[Node, Any]:
    returns = streamed_type(endpoint.returns) or endpoint.returns
    if sends_itself(returns):
        return {"type": "null"}, None
    item = page_of(returns)
    if item is None:
        return schemas.answered(returns), shown_example(returns)
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
