"""Parameters of a route: in the path, the query and the headers."""

import inspect
from typing import Any

from moniqo.application.shared.query import eq, gte, lt
from moniqo.domain.shared.schema import Field, schema, told
from moniqo.entrypoints.http.arguments import Argument, Source
from moniqo.entrypoints.http.endpoint import GET, Endpoint
from moniqo.entrypoints.http.lists import PAGING, REMOVED, Compare, Filter, Lists
from moniqo.entrypoints.http.openapi.example_values import CURSOR, IDENTITY
from moniqo.entrypoints.http.openapi.examples import field_example
from moniqo.entrypoints.http.openapi.keywords import ruled
from moniqo.entrypoints.http.openapi.schemas import Schemas
from moniqo.entrypoints.http.openapi.tags import is_tagged
from moniqo.entrypoints.http.repeats import KEY

Node = dict[str, Any]
_PAGING: dict[str, Node] = {
    "limit": {
        "type": "integer",
        "minimum": 1,
        "description": "The most items that are wanted; cut to the server's maximum.",
    },
    "offset": {
        "type": "integer",
        "format": "int64",
        "minimum": 0,
        "default": 0,
        "description": "How many items are passed over; with a cursor it says nothing.",
    },
    "cursor": {"type": "string", "description": "`next_cursor` of the page before."},
}
_COMPARED: dict[Compare, str] = {
    eq: "Only those whose `{}` is this.",
    gte: "Only those whose `{}` is this or later.",
    lt: "Only those whose `{}` is before this.",
}


def parameters_of(endpoint: Endpoint, schemas: Schemas) -> list[Node]:
    """All of them."""
    found: list[Node] = []
    for argument in endpoint.arguments:
        if argument.source is Source.PATH:
            found.append(_identity(argument, schemas))
        elif argument.source is Source.LIST and endpoint.lists is not None:
            found += _listing(endpoint.lists, schemas)
        elif argument.source is Source.QUERY:
            found += _question(argument, schemas)
    return found + _conditions(endpoint)


def _parameter(name: str, meaning: str, found: Node, example: Any, *, place: str = "query") -> Node:
    shown = {"schema": found, "example": example}
    needed = place == "path"
    return {"name": name, "in": place, "required": needed, "description": meaning, **shown}


def _identity(argument: Argument, schemas: Schemas) -> Node:
    meaning = f"Which {argument.name.removesuffix('_id').replace('_', ' ')}."
    return _parameter(argument.name, meaning, schemas.sent(argument.kind), IDENTITY, place="path")


def _listing(lists: Lists, schemas: Schemas) -> list[Node]:
    names = "|".join(lists.sortable)
    order = {
        "type": "string",
        "pattern": f"^-?({names})(,-?({names}))*$",
        "default": ",".join(map(told, lists.default)),
        "description": f"Fields to sort by, descending with `-`: {', '.join(lists.sortable)}.",
    }
    paging = {**_PAGING, "sort": order}
    examples = {"limit": 10, "offset": 0, "cursor": CURSOR, "sort": order["default"]}
    removed = [_removed(lists.deleted)] if lists.deleted is not None else []
    return [
        *(_paging(name, paging[name], examples[name]) for name in PAGING),
        *removed,
        *(_filter(chosen, found, schemas) for chosen, found in lists.parameters.values()),
    ]


def _paging(name: str, described: Node, example: Any) -> Node:
    found = {key: value for key, value in described.items() if key != "description"}
    return _parameter(name, described["description"], found, example)


def _removed(permission: str) -> Node:
    meaning = f"Whether removed items are shown too; needs `{permission}`."
    return _parameter(REMOVED, meaning, {"type": "boolean", "default": False}, example=True)


def _filter(chosen: Filter, found: Field, schemas: Schemas) -> Node:
    said = _COMPARED.get(chosen.compare) or inspect.getdoc(chosen.compare) or ""
    meaning = said.format(found.told)
    described = ruled(schemas.sent(found.type), found.rules)
    return _parameter(chosen.name, meaning, described, field_example(found))


def _question(argument: Argument, schemas: Schemas) -> list[Node]:
    return [
        {
            **_parameter(
                field.told,
                f"The {field.told.replace('_', ' ')} of what is wanted.",
                schemas.sent_field(field),
                field_example(field),
            ),
            "required": field.required,
        }
        for field in schema(argument.kind)
    ]


def _conditions(endpoint: Endpoint) -> list[Node]:
    if endpoint.method is GET:
        names = ["If-None-Match"] if is_tagged(endpoint) else []
    else:
        names = ["If-Match"] if endpoint.taken(Source.PATH) else []
        names += [KEY] if endpoint.repeatable else []
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]
