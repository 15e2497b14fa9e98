"""Parameters of a route: in the path, the query and the headers."""

from typing import Any

from moniqo.domain.shared.schema import schema, told
from moniqo.entrypoints.http.arguments import Argument, Source
from moniqo.entrypoints.http.endpoint import GET, Endpoint
from moniqo.entrypoints.http.lists import PAGING, Lists
from moniqo.entrypoints.http.openapi.example_values import IDENTITY
from moniqo.entrypoints.http.openapi.examples import sent_example
from moniqo.entrypoints.http.openapi.keywords import ruled
from moniqo.entrypoints.http.openapi.schemas import Schemas
from moniqo.entrypoints.http.rendering import is_versioned

Node = dict[str, Any]
_PAGING: dict[str, Node] = {
    "limit": {"type": "integer", "minimum": 1, "description": "Cut to the server's maximum."},
    "offset": {"type": "integer", "format": "int64", "minimum": 0, "default": 0},
    "cursor": {"type": "string", "description": "`next_cursor` of the page before."},
}


def parameters_of(endpoint: Endpoint, schemas: Schemas) -> list[Node]:
    """All of them."""
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
    names = "|".join(lists.sortable)
    order = {
        "type": "string",
        "pattern": f"^-?({names})(,-?({names}))*$",
        "default": ",".join(map(told, lists.default)),
        "description": f"Fields to sort by, descending with `-`: {', '.join(lists.sortable)}.",
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
            field.told,
            schemas.sent_field(field),
            example.get(field.told),
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
