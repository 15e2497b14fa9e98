"""What orchestrators and operators are told."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from dishka import Provider, Scope

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.system import SystemClock
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.operations.health import HealthController
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.values import ConnectionUrl
from support.asgi import Client, Reply, served
from support.clock import SettableClock
from support.house import house_settings
from support.servers.process import free_port


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


def with_redis(url: str | None) -> Settings:
    plain = house_settings()
    redis_url = ConnectionUrl(url) if url else None
    return replace(plain, storage=replace(plain.storage, redis_url=redis_url))


async def answers(settings: Settings) -> tuple[Reply, Reply]:
    """What is said of health and readiness."""
    app = create_app(build_container(settings), settings, (HealthController,))
    async with served(app) as client:
        return await client.get("/health"), await client.get("/health/ready")


async def test_a_redis_that_is_lost_makes_worse_and_stops_nothing() -> None:
    lost = f"redis://user:secret@127.0.0.1:{free_port()}/0"

    health, ready = await answers(with_redis(lost))
    without, _ = await answers(with_redis(None))

    assert (health.status, ready.status) == (200, 200)
    assert health.data == {"status": "degraded", "storage": "up", "redis": "down", "clock": "up"}
    assert b"secret" not in health.body
    assert without.data == {"status": "up", "storage": "up", "redis": None, "clock": "up"}


async def test_a_clock_that_is_apart_from_the_store_s_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings, clock = house_settings(), SettableClock(SystemClock().now())
    times = Provider(scope=Scope.APP)
    times.provide(lambda: clock, provides=Clock)
    app = create_app(build_container(settings, times), settings, (HealthController,))
    told = []

    async with served(app) as client:
        for seconds in (0, 660, 0, -660, -660, 660):
            clock.advance(seconds=seconds)
            told.append((await client.get("/health")).data["clock"])
        ready = await client.get("/health/ready")

    agreed = ["degraded", "degraded", "up", "degraded", "up"]
    assert told == ["up", *agreed]
    assert ready.status == 200
    alarms = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.message for record in alarms] == ["This clock and the store's are apart."] * 2
    assert 654 < alarms[0].seconds <= 660  # type: ignore[attr-defined]
