"""The description says what the routes do, and nothing in it leads nowhere."""

import json
from collections.abc import Iterator
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from moniqo.domain.shared.decoding import decode, decode_fields
from moniqo.domain.shared.errors import NotFound
from moniqo.entrypoints.http.arguments import Source
from moniqo.entrypoints.http.endpoint import Endpoint, endpoints_of
from moniqo.entrypoints.http.list_reader import ListReader
from moniqo.entrypoints.http.openapi import openapi_document, openapi_text
from moniqo.entrypoints.http.openapi.schemas import Schemas
from moniqo.entrypoints.http.routes import CONTROLLERS
from support.asgi import Client
from support.workshop import OpenController, ToolController, ToolDraft

DOCUMENT = openapi_document(CONTROLLERS)
WORKSHOP = openapi_document((ToolController, OpenController))
ENDPOINTS = [found for controller in CONTROLLERS for found in endpoints_of(controller)]
SNAPSHOT = Path(__file__).parents[2] / "openapi.json"


def named(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def operation(endpoint: Endpoint) -> Any:
    return DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]


def nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from nodes(value)
    if isinstance(tree, list):
        for value in tree:
            yield from nodes(value)


def followed(reference: str, document: Any = DOCUMENT) -> Any:
    found = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_the_committed_description_is_the_present_one() -> None:
    assert SNAPSHOT.read_text() == openapi_text(CONTROLLERS)


def test_what_is_made_leads_to_the_routes_of_its_id() -> None:
    made = {
        route: set(response.get("links", {}))
        for route, methods in DOCUMENT["paths"].items()
        for response in [methods.get("post", {}).get("responses", {}).get("201", {})]
        if response
    }

    assert made["/api/v1/agents"] == {
        "Agent_fetch",
        "Agent_replace",
        "Agent_change",
        "Agent_remove",
    }
    assert "Run_fetch" in str(DOCUMENT["paths"]["/api/v1/users/me/flows/{flow_id}/runs"])
    assert made["/api/v1/auth/register"] == set()
    for node in nodes(DOCUMENT):
        for name in node.get("links", {}):
            assert sum(it.get("operationId") == name for it in nodes(DOCUMENT["paths"])) > 0


def test_every_reference_leads_somewhere() -> None:
    for node in nodes(DOCUMENT):
        if "$ref" in node:
            followed(node["$ref"])


def test_operations_have_names_of_their_own() -> None:
    names = [operation(endpoint)["operationId"] for endpoint in ENDPOINTS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_a_route_is_described(endpoint: Endpoint) -> None:
    found = operation(endpoint)
    success = found["responses"][str(endpoint.status)]["content"]

    assert found["summary"]
    assert endpoint.description
    if endpoint.media:
        assert tuple(success) == endpoint.media
    else:
        assert success["application/json"]["example"]["status_code"] == endpoint.status
    assert (found["security"] == []) == (endpoint.public and not endpoint.shows_removed)
    assert ({} in found["security"]) == (endpoint.public and endpoint.shows_removed)
    statuses = set(found["responses"])
    assert {"422", "500", "503"} <= statuses
    assert ("401" in statuses) or endpoint.public
    tells = endpoint.taken(Source.PATH) is not None or NotFound in endpoint.refuses
    assert ("404" in statuses) == tells
    assert ("403" in statuses) or endpoint.needs is None
    assert {"400", "408", "413", "415"} <= statuses or endpoint.method == "GET"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_a_parameter_is_described_with_an_example_that_is_taken(endpoint: Endpoint) -> None:
    found = [item for item in operation(endpoint).get("parameters", []) if "$ref" not in item]

    assert all(item["description"] and item["example"] is not None for item in found)
    if endpoint.lists is not None:
        asked = {
            item["name"]: str(item["example"]).replace("True", "true")
            for item in found
            if item["in"] == "query"
        }
        listing = ListReader(endpoint.lists, usual=10, most=10).read(urlencode(asked).encode())
        assert len(listing.where) == len(endpoint.lists.parameters)


def test_an_open_trade_is_shown_without_an_exit() -> None:
    (trade,) = next(
        operation(item)["responses"]["200"]["content"]["application/json"]["example"]["data"][
            "items"
        ]
        for item in ENDPOINTS
        if item.path.endswith("/trades") and item.lists is not None
    )

    assert trade["status"] == "open"
    assert not [trade[name] for name in ("exit_price", "closed_at", "profit_loss") if trade[name]]


@pytest.mark.parametrize(
    "endpoint",
    [found for found in ENDPOINTS if found.taken(Source.BODY, Source.CHANGES)],
    ids=named,
)
def test_the_example_of_a_body_is_one_that_is_taken(endpoint: Endpoint) -> None:
    body = endpoint.taken(Source.BODY, Source.CHANGES)
    assert body is not None
    example = operation(endpoint)["requestBody"]["content"]["application/json"]["example"]

    read = decode if body.source is Source.BODY else decode_fields

    assert read(body.kind, example) is not None


def test_payloads_are_closed_and_limited_as_their_annotations_say() -> None:
    draft = WORKSHOP["components"]["schemas"]["ToolDraft"]

    assert draft["additionalProperties"] is False
    assert draft["required"] == ["name"]
    assert draft["properties"] == {
        "name": {"type": "string", "minLength": 1, "maxLength": 20},
        "colour": {"$ref": "#/components/schemas/Colour", "default": "red"},
        "mark": {"type": ["string", "null"], "minLength": 1, "maxLength": 8},
        "price": {
            "type": ["string", "number"],
            "format": "decimal",
            "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
            "description": "At least 0",
            "default": "0",
        },
        "count": {"type": "integer", "format": "int64", "default": 0},
        "is_sharp": {"type": "boolean", "default": False},
        "bought_at": {"type": ["string", "null"], "format": "date-time"},
        "blades": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/BladeInput"},
            "minItems": 0,
            "maxItems": 5,
            "default": [],
        },
        "notes": {"type": "object", "additionalProperties": True, "default": {}},
        "stock": {
            "type": "object",
            "additionalProperties": {
                "type": ["string", "number"],
                "format": "decimal",
                "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
            },
            "default": {},
        },
    }


def test_answers_have_all_their_fields_and_no_book_keeping() -> None:
    tool = WORKSHOP["components"]["schemas"]["Tool"]

    assert tool["required"] == list(tool["properties"])
    assert {"id", "version", "created_at", "updated_at"} <= set(tool["properties"])
    assert not {"created_by", "updated_by", "deleted_at"} & set(tool["properties"])
    assert tool["properties"]["price"]["type"] == "string"


def test_changes_need_no_field() -> None:
    changes = WORKSHOP["components"]["schemas"]["ToolDraftChanges"]

    assert "required" not in changes
    assert changes["additionalProperties"] is False
    assert "default" not in changes["properties"]["colour"]


def test_a_list_names_what_it_is_sorted_and_filtered_by() -> None:
    parameters = WORKSHOP["paths"]["/api/v1/tools"]["get"]["parameters"]
    found = {item["name"]: item["schema"] for item in parameters}

    assert list(found)[:4] == ["limit", "offset", "cursor", "sort"]
    assert found["sort"]["default"] == "-created_at"
    assert found["sort"]["pattern"].startswith("^-?(created_at|name|price)")
    assert found["bought_after"]["format"] == "date-time"
    assert found["name"]["maxLength"] == 20


def test_two_payloads_cannot_have_one_name() -> None:
    schemas = Schemas()
    schemas.payload(ToolDraft)
    impostor = make_dataclass("ToolDraft", [("name", str)])

    with pytest.raises(TypeError, match="two schemas want to be called ToolDraft"):
        schemas.payload(impostor)


def test_what_cannot_be_sent_cannot_be_described() -> None:
    with pytest.raises(TypeError, match="cannot describe"):
        Schemas().sent(bytes)


async def test_the_description_is_served_as_it_is(workshop: Client) -> None:
    reply = await workshop.get("/openapi.json")

    assert reply.header("content-type") == "application/json"
    assert reply.json == json.loads(json.dumps(WORKSHOP))


@pytest.mark.parametrize(
    ("path", "content_type", "holds"),
    [
        ("/docs", "text/html; charset=utf-8", b"/docs/start.js"),
        ("/docs/start.js", "text/javascript; charset=utf-8", b"/openapi.json"),
        ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8", b"SwaggerUI"),
        ("/docs/swagger-ui.css", "text/css; charset=utf-8", b".swagger-ui"),
    ],
)
async def test_the_documentation_comes_from_here_alone(
    workshop: Client, path: str, content_type: str, holds: bytes
) -> None:
    reply = await workshop.get(path)

    assert (reply.status, reply.header("content-type")) == (200, content_type)
    assert holds in reply.body
    policy = reply.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy


async def test_a_page_that_has_not_changed_is_not_sent_again(workshop: Client) -> None:
    first = await workshop.get("/docs")
    tag = (first.header("etag") or "").encode()

    again = await workshop.get("/docs", headers=((b"if-none-match", tag),))

    assert (again.status, again.body) == (304, b"")
