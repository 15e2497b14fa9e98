"""How calls are counted, in one process and in a Redis that several share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest

from moniqo.adapters.limits.counts import Counts
from moniqo.adapters.limits.redis_windows import redis_windows
from moniqo.adapters.limits.shared_windows import SharedWindows
from moniqo.adapters.limits.sliding_window import SlidingWindow
from moniqo.adapters.limits.two_windows import TwoWindows


@pytest.fixture(params=["memory", "redis"])
async def counts(request: pytest.FixtureRequest) -> AsyncIterator[Counts]:
    if request.param == "memory":
        yield SlidingWindow(TwoWindows(lambda: 600.0), 10)
        return
    async with redis_windows(request.getfixturevalue("valkey_server")) as windows:
        yield SlidingWindow(windows, 10)


@pytest.fixture
def key() -> str:
    return uuid4().hex


async def test_of_many_calls_at_once_exactly_as_many_pass_as_may(counts: Counts, key: str) -> None:
    standings = await asyncio.gather(*(counts.take(key) for _ in range(40)))

    assert sum(one.retry_after is None for one in standings) == 10


async def test_the_remaining_calls_count_down(counts: Counts, key: str) -> None:
    standings = [await counts.take(key) for _ in range(11)]

    assert [one.remaining for one in standings] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    assert {one.limit for one in standings} == {10}
    assert all(59 <= one.reset <= 60 for one in standings[:10])


async def test_one_too_many_is_told_when_to_come_back(counts: Counts, key: str) -> None:
    for _ in range(10):
        await counts.take(key)

    refused = await counts.take(key)

    assert refused.retry_after is not None
    assert 59 <= refused.retry_after <= 61
    assert refused.reset == refused.retry_after


async def test_callers_are_counted_apart(counts: Counts, key: str) -> None:
    for _ in range(11):
        await counts.take(key)

    assert (await counts.take(f"{key} too")).remaining == 9


@pytest.mark.usefixtures("counts")
async def test_processes_with_one_redis_share_a_count(valkey_server: str, key: str) -> None:
    async with redis_windows(valkey_server) as one, redis_windows(valkey_server) as other:
        takers: list[Callable[[str], Awaitable[object]]] = [
            SlidingWindow(one, 10).take,
            SlidingWindow(other, 10).take,
        ]
        standings = await asyncio.gather(*(takers[n % 2](key) for n in range(40)))

    assert sum(one.retry_after is None for one in standings) == 10  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["memory", "redis"])
async def test_the_wait_that_is_told_is_right_to_a_second(
    kind: str, request: pytest.FixtureRequest, key: str
) -> None:
    async with AsyncExitStack() as stack:
        windows: Any = TwoWindows()
        if kind == "redis":
            url = request.getfixturevalue("valkey_server")
            windows = await stack.enter_async_context(redis_windows(url))
        counts = SlidingWindow(windows, 5, seconds=3)
        for _ in range(5):
            await counts.take(key)

        refused = await counts.take(key)
        assert refused.retry_after is not None
        await asyncio.sleep(refused.retry_after - 1)
        too_early = await counts.take(key)
        await asyncio.sleep(1)
        in_time = await counts.take(key)

    assert in_time.retry_after is None
    # Time has passed meanwhile: if it was the last second, it may be over already.
    assert too_early.retry_after == 1 or refused.retry_after == 1


async def test_whether_a_redis_can_be_used_is_found_by_asking(valkey_server: str) -> None:
    async with redis_windows(valkey_server) as windows:
        assert await SharedWindows(windows).answer() is True
