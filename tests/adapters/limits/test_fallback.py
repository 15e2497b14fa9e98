"""Redis may be away, or hang, at any moment: calls go on being counted, and nobody waits."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from moniqo.adapters.limits.fallback import FallbackCounts
from moniqo.adapters.limits.redis_windows import redis_windows
from moniqo.adapters.limits.sliding_window import SlidingWindow
from moniqo.adapters.limits.two_windows import TwoWindows
from moniqo.domain.shared.errors import Unavailable
from support.proxy import Line, line_to
from support.servers.process import free_port

SHARED, OWN = 10, 3


@asynccontextmanager
async def counting(url: str) -> AsyncIterator[FallbackCounts]:
    """Counts that lose patience and ask again sooner than the real ones."""
    async with redis_windows(url) as windows:
        own = SlidingWindow(TwoWindows(), OWN)
        counts = FallbackCounts(windows, SHARED, own, patience=0.2, pause=0.05)
        yield counts
        await counts.close()


@pytest.fixture
async def line(valkey_server: str) -> AsyncIterator[Line]:
    address = urlsplit(valkey_server)
    assert address.hostname
    assert address.port
    async with line_to(address.hostname, address.port) as found:
        yield found


async def passed(counts: FallbackCounts, key: str, calls: int = 20) -> int:
    standings = await asyncio.gather(*(counts.take(key) for _ in range(calls)))
    return sum(one.retry_after is None for one in standings)


async def until_back(counts: FallbackCounts) -> None:
    for _ in range(500):
        if not counts.is_lost:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("Redis answers and is not used")


async def test_without_redis_this_process_allows_its_part(caplog: pytest.LogCaptureFixture) -> None:
    async with counting(f"redis://127.0.0.1:{free_port()}") as counts:
        assert await passed(counts, "a") == OWN
        assert await passed(counts, "a") == 0

    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_an_address_that_is_none_is_told_without_its_password() -> None:
    with pytest.raises(Unavailable, match="REDIS_URL is not an address") as told:
        async with redis_windows("redis://:hush@host:port/0"):
            pass

    assert "hush" not in str(told.value)


async def test_a_frozen_redis_is_waited_for_once(line: Line) -> None:
    key = uuid4().hex
    async with counting(f"redis://127.0.0.1:{line.port}") as counts:
        await counts.take(key)
        line.alive.clear()
        await counts.take(key)

        began = time.monotonic()
        for _ in range(50):
            await counts.take(key)
        waited = time.monotonic() - began

    assert waited < 0.1


async def test_redis_is_used_again_as_soon_as_it_answers(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    key = uuid4().hex
    async with counting(f"redis://127.0.0.1:{line.port}") as counts:
        assert (await counts.take(key)).limit == SHARED
        line.alive.clear()
        assert await passed(counts, key) <= OWN

        line.alive.set()
        await until_back(counts)

        assert (await counts.take(key)).limit == SHARED

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
