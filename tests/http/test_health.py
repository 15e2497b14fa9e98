"""What orchestrators and operators are told."""

from collections.abc import AsyncIterator

import pytest
from dishka import Provider, Scope, make_async_container

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.application.identity.authenticate import Authenticate
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.operations.health import HealthController
from moniqo.entrypoints.settings import Settings
from support.asgi import Client, served
from support.store import CountingIds, StepClock
from support.workshop import Members


class AwayBackend(MemoryBackend):
    """A store that does not answer."""

    async def check(self) -> None:
        raise Unavailable("no connection to postgres://user:secret@db/moniqo")


@pytest.fixture
async def down() -> AsyncIterator[Client]:
    """The application without its store."""
    members, clock = Members(), StepClock()
    provider = Provider(scope=Scope.APP)
    parts = {
        Backend: AwayBackend(REGISTRY),
        Clock: clock,
        Ids: CountingIds(),
        Authenticate: Authenticate(members, members, clock),
    }
    for kind in parts:
        provider.from_context(provides=kind)
    container = make_async_container(provider, context=parts)
    async with served(create_app(container, Settings(), (HealthController,))) as client:
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
