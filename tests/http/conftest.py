"""The workshop served, and clients for it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.settings import Settings
from support.asgi import Client, served
from support.workshop import OpenController, ToolController, workshop_container


def settings(**http: int) -> Settings:
    """The defaults, but for some settings of the server."""
    plain = Settings()
    return replace(plain, http=replace(plain.http, **http))


@pytest.fixture(scope="session")
async def workshop() -> AsyncIterator[Client]:
    """The workshop's API, nobody signed in; bodies may have 64 KiB."""
    app = create_app(
        workshop_container(),
        settings(max_body_bytes=65_536, max_page_size=50, body_timeout_seconds=1),
        (ToolController, OpenController),
    )
    async with served(app) as client:
        yield client


@pytest.fixture
def alice(workshop: Client) -> Client:
    """Alice, who may write tools."""
    return workshop.signed_in("alice")


@pytest.fixture
def bob(workshop: Client) -> Client:
    """Bob, who may not."""
    return workshop.signed_in("bob")
