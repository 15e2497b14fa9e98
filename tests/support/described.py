"""Requests as the API's own description shows them."""

import json
from typing import Any

from moniqo.entrypoints.http.openapi import openapi_document
from moniqo.entrypoints.http.routes import CONTROLLERS
from support.asgi import JSON_TYPE, Headers
from support.uploads import FORM_TYPE, upload

JSON, FORM = "application/json", "multipart/form-data"
DOCUMENT = openapi_document(CONTROLLERS)


def described_routes() -> list[str]:
    """Every described route, as `GET /path`."""
    return [
        f"{method.upper()} {path}"
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    ]


def body_of(route: str) -> bytes:
    """The example of the route's body, a small picture for a file; nothing where it takes none."""
    content = _content(route)
    if FORM in content:
        return upload()
    return json.dumps(content[JSON]["example"]).encode() if JSON in content else b""


def headers_of(route: str) -> Headers:
    """What goes along with that body."""
    content = _content(route)
    return (FORM_TYPE,) if FORM in content else (JSON_TYPE,) if JSON in content else ()


def _content(route: str) -> dict[str, Any]:
    method, path = route.split()
    operation: dict[str, Any] = DOCUMENT["paths"].get(path, {}).get(method.lower(), {})
    body: dict[str, Any] = operation.get("requestBody", {"content": {}})
    return body["content"]  # type: ignore[no-any-return]
