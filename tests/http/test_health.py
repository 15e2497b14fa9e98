"""What orchestrators and operators are told."""

from collections.abc import AsyncIterator

import pytest
from dishka import Provider, Scope

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.operations.health import HealthController
from support.asgi import Client, served
from support.house import house_settings


class AwayBackend(MemoryBackend):
    """A store that does not answer."""

    async def check(self) -> None:
        raise Unavailable("no connection to postgres://user:secret@db/moniqo")


@pytest.fixture
async def down() -> AsyncIterator[Client]:
    """The application without its store."""
    settings = house_settings()
    away = Provider(scope=Scope.APP)
    away.provide(lambda: AwayBackend(REGISTRY), provides=Backend)
    container = build_container(settings, away)
    async with served(create_app(container, settings, (HealthController,))) as client:
        yield client


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
async def test_without_its_store_the_server_is_not_ready(down: Client, path: str) -> None:
    reply = await down.get(path)

    assert (reply.status, reply.code) == (503, "UNAVAILABLE")
    assert reply.faults == {"storage": "down"}
    assert reply.header("retry-after") == "1"
    assert b"secret" not in reply.body


async def test_without_its_store_the_process_lives(down: Client) -> None:
    reply = await down.get("/health/live")

    assert (reply.status, reply.data) == (200, {"status": "up"})
