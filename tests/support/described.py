"""Requests as the API's own description shows them."""

import json
from typing import Any

from moniqo.entrypoints.http.openapi import openapi_document
from moniqo.entrypoints.http.routes import CONTROLLERS

DOCUMENT = openapi_document(CONTROLLERS)


def described_routes() -> list[str]:
    """Every described route, as `GET /path`."""
    return [
        f"{method.upper()} {path}"
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    ]


def body_of(route: str) -> bytes:
    """The example of the route's body; nothing where it takes none."""
    method, path = route.split()
    operation: dict[str, Any] = DOCUMENT["paths"].get(path, {}).get(method.lower(), {})
    body = operation.get("requestBody")
    example = body and body["content"]["application/json"]["example"]
    return json.dumps(example).encode() if example else b""
