"""`moniqo openapi`."""

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation


@click.group()
def openapi() -> None:
    """The description of the HTTP API."""


@openapi.command()
@operation
def export() -> Answer:
    """Print it: an OpenAPI 3.1 document as JSON, with or without `--json`."""
    import json

    from moniqo.entrypoints.http.openapi import openapi_text
    from moniqo.entrypoints.http.routes import CONTROLLERS

    text = openapi_text(CONTROLLERS)
    return Answer(json.loads(text), text.rstrip("\n"))
