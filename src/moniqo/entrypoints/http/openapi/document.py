"""The whole description, the same bytes for the same code."""

import json
from collections.abc import Container, Sequence
from typing import Any

from moniqo import __version__
from moniqo.entrypoints.http.deprecations import DEPRECATIONS
from moniqo.entrypoints.http.endpoint import Controller, endpoints_of
from moniqo.entrypoints.http.openapi.envelopes import failure, success
from moniqo.entrypoints.http.openapi.failures import examples
from moniqo.entrypoints.http.openapi.headers import COMPONENTS as HEADERS
from moniqo.entrypoints.http.openapi.headers import PARAMETERS
from moniqo.entrypoints.http.openapi.links import link
from moniqo.entrypoints.http.openapi.operations import operation
from moniqo.entrypoints.http.openapi.schemas import Schemas

_ABOUT = """\
Let agents trade, under control.

Every answer is in one envelope. Decimals are texts; send texts or numbers, digits are kept.
Unknown fields and parameters are refused. `X-Request-ID` is taken from the request (1 to 128 of
`A-Za-z0-9._-`) or made, and stands on every answer. `HEAD` answers like `GET` without a body."""


def openapi_document(
    controllers: Sequence[type[Controller]],
    *,
    title: str = "Moniqo",
    version: str = __version__,
    deprecated: Container[str] = DEPRECATIONS,
) -> dict[str, Any]:
    """The description of these controllers' routes, in the order they are written."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for controller in controllers:
        for endpoint in endpoints_of(controller):
            described = operation(endpoint, schemas, deprecated=endpoint.route in deprecated)
            paths.setdefault(endpoint.path, {})[endpoint.method.value.lower()] = described
    link(paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(item.tag for item in controllers)],
        "paths": paths,
        "components": _components(schemas),
    }


def openapi_text(controllers: Sequence[type[Controller]]) -> str:
    """The description as it is committed and exported."""
    return json.dumps(openapi_document(controllers), indent=2, ensure_ascii=False) + "\n"


def _components(schemas: Schemas) -> dict[str, Any]:
    return {
        "schemas": {
            "Success": success(),
            "Failure": failure(),
            **dict(sorted(schemas.components.items())),
        },
        "responses": dict(sorted(schemas.responses.items())),
        "examples": examples(),
        "headers": HEADERS,
        "parameters": PARAMETERS,
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        },
    }
