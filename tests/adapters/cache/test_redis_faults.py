"""Redis may be away, hang, forget or hold nonsense: nothing old is found, and nobody waits."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from moniqo.adapters.cache import redis_cache
from moniqo.adapters.cache.redis_cache import RedisCache
from moniqo.adapters.cache.redis_pool import redis_pool
from moniqo.application.shared.cache import Look, Part
from moniqo.domain.trading.trade import Trade
from support.proxy import line_to
from support.servers.process import free_port
from support.servers.valkey import valkey_on

PART = Part(Trade, uuid4())


@asynccontextmanager
async def caching(url: str, secret: bytes = b"secret") -> AsyncIterator[RedisCache]:
    """A cache that loses patience and asks again sooner than the real one."""
    async with redis_pool(url) as pool:
        cache = RedisCache(pool, secret, 60, patience=0.3, pause=0.05)
        yield cache
        await cache.close()


@pytest.fixture
def key() -> str:
    return f"shelf:show:{token_hex(8)}"


@pytest.fixture(scope="module")
def own_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that these tests may empty and fill with nonsense."""
    with valkey_on(free_port(), tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
async def redis(own_valkey: str) -> AsyncIterator["Redis[Any]"]:
    """What whoever has the password can do."""
    client = Redis.from_url(own_valkey)
    yield client
    await client.aclose()


async def keep(cache: RedisCache, key: str) -> None:
    stamp = (await cache.look(key, (PART,))).stamp
    assert stamp is not None
    await cache.keep(key, stamp, b"kept")


async def found(cache: RedisCache, key: str) -> bytes | None:
    return (await cache.look(key, (PART,))).answer


async def until_back(*caches: RedisCache) -> None:
    for _ in range(1000):
        if not any(cache.is_lost for cache in caches):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("Redis answers and is not used")


async def test_without_redis_nothing_is_found_and_writes_go_on(key: str) -> None:
    async with caching(f"redis://127.0.0.1:{free_port()}") as cache:
        assert await cache.look(key, (PART,)) == Look()
        began = time.monotonic()
        async with cache.changing({PART}):
            await cache.keep(key, b"stamp", b"answer")
        assert await cache.look(key, (PART,)) == Look()

        assert time.monotonic() - began < 0.1
        assert cache.is_lost


async def test_a_write_that_redis_was_not_told_of_makes_everything_old(
    own_valkey: str, key: str
) -> None:
    address = urlsplit(own_valkey)
    async with line_to("127.0.0.1", address.port or 0) as line, AsyncExitStack() as stack:
        writer = await stack.enter_async_context(caching(f"redis://127.0.0.1:{line.port}"))
        other = await stack.enter_async_context(caching(own_valkey))
        await keep(other, key)
        assert await found(writer, key) == b"kept"

        line.alive.clear()
        async with writer.changing({PART}):
            early = await other.look(f"{key} too", (PART,))
        assert await writer.look(key, (PART,)) == Look()
        line.alive.set()
        await until_back(writer)

        assert early.stamp is not None
        await other.keep(f"{key} too", early.stamp, b"read before the commit")
        assert await found(other, key) is None
        assert await found(other, f"{key} too") is None


async def test_a_frozen_redis_is_waited_for_once(own_valkey: str, key: str) -> None:
    address = urlsplit(own_valkey)
    async with (
        line_to("127.0.0.1", address.port or 0) as line,
        caching(f"redis://127.0.0.1:{line.port}") as cache,
    ):
        await keep(cache, key)
        line.alive.clear()
        await cache.look(key, (PART,))

        began = time.monotonic()
        for _ in range(50):
            await cache.look(key, (PART,))
            async with cache.changing({PART}):
                pass

        assert time.monotonic() - began < 0.1


async def test_a_write_that_ends_while_redis_is_asked_again_is_told_after_all(
    own_valkey: str, key: str
) -> None:
    address = urlsplit(own_valkey)
    async with (
        line_to("127.0.0.1", address.port or 0) as line,
        caching(f"redis://127.0.0.1:{line.port}") as cache,
    ):
        line.alive.clear()
        async with cache.changing({PART}):
            line.alive.set()
            await until_back(cache)
            await keep(cache, key)

        assert await found(cache, key) is None


async def test_a_write_cut_short_is_told_as_soon_as_redis_is_asked(
    own_valkey: str, key: str
) -> None:
    address = urlsplit(own_valkey)
    async with (
        line_to("127.0.0.1", address.port or 0) as line,
        caching(f"redis://127.0.0.1:{line.port}") as cache,
        caching(own_valkey) as other,
    ):
        committed = asyncio.Event()

        async def write() -> None:
            async with cache.changing({PART}):
                line.alive.set()
                await until_back(cache)
                await keep(other, key)
                line.alive.clear()
                committed.set()

        line.alive.clear()
        writing = asyncio.create_task(write())
        await committed.wait()
        await asyncio.sleep(0.05)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        assert cache.is_lost
        line.alive.set()
        await until_back(cache)

        assert await found(other, key) is None


async def test_a_write_whose_process_ended_is_over_after_a_while(
    own_valkey: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_cache, "LONGEST_WRITE_MS", 150)
    async with caching(own_valkey) as dying, caching(own_valkey) as other:
        await keep(other, key)
        await dying.changing({PART}).__aenter__()

        assert await other.look(key, (PART,)) == Look()
        await asyncio.sleep(0.2)

        look = await other.look(key, (PART,))
        assert look.answer is None
        assert look.stamp is not None


async def test_an_emptied_redis_brings_nothing_old_back(
    own_valkey: str, key: str, redis: "Redis[Any]"
) -> None:
    async with caching(own_valkey) as cache:
        early = await cache.look(key, (PART,))
        await redis.flushall()
        await cache.look("another", (PART,))
        assert early.stamp is not None
        await cache.keep(key, early.stamp, b"old")

        assert await found(cache, key) is None
        await keep(cache, key)
        assert await found(cache, key) == b"kept"
        assert not cache.is_lost


async def test_nonsense_is_not_believed_and_does_not_stay(
    own_valkey: str, key: str, redis: "Redis[Any]"
) -> None:
    place = f"moniqo:cache:{key}"
    async with caching(own_valkey) as cache:
        await keep(cache, key)
        whole = await redis.get(place)
        changed = (whole[:-1], whole + b"!", whole.replace(b"kept", b"KEPT"))
        for nonsense in (b"", b"nonsense", *changed):
            await redis.set(place, nonsense)
            assert await found(cache, key) is None, nonsense
        await redis.set(f"{place} of somebody else", whole)
        assert await found(cache, f"{key} of somebody else") is None

        await redis.delete(place)
        await redis.rpush(place, b"a list")
        for scope in await redis.keys("moniqo:changes:*"):
            await redis.set(scope, b"no hash")
        async with cache.changing({PART}):
            await redis.set(f"moniqo:changes:Trade:{PART.owner}", b"no hash")
        await keep(cache, key)

        assert await found(cache, key) == b"kept"
        assert not cache.is_lost


async def test_what_another_set_up_has_kept_is_not_believed(own_valkey: str, key: str) -> None:
    async with caching(own_valkey) as ours, caching(own_valkey, b"another") as theirs:
        await keep(theirs, key)

        assert await found(ours, key) is None


async def test_a_redis_that_was_killed_and_comes_back_with_its_past_is_not_believed(
    tmp_path: Path, key: str
) -> None:
    port = free_port()
    async with AsyncExitStack() as ends:
        first, second = ExitStack(), ExitStack()
        ends.callback(second.close)
        with first:
            url = first.enter_context(valkey_on(port, tmp_path))
            cache = await ends.enter_async_context(caching(url))
            await keep(cache, key)
            async with Redis.from_url(url) as redis:
                await redis.save()
            async with cache.changing({PART}):
                pass
        second.enter_context(valkey_on(port, tmp_path))

        async with Redis.from_url(url) as redis:
            assert await redis.exists(f"moniqo:cache:{key}")
        assert await found(cache, key) is None
        await until_back(cache)
        assert await found(cache, key) is None


async def test_a_stopped_redis_that_goes_on_is_used_again(tmp_path: Path, key: str) -> None:
    with valkey_on(free_port(), tmp_path) as url:
        async with caching(url) as writer, caching(url) as other, Redis.from_url(url) as redis:
            await keep(other, key)
            pid = (await redis.info("server"))["process_id"]
            os.kill(pid, signal.SIGSTOP)
            try:
                async with writer.changing({PART}):
                    pass
                assert await writer.look(key, (PART,)) == Look()
            finally:
                os.kill(pid, signal.SIGCONT)
            await until_back(writer, other)

            assert await found(other, key) is None
            await keep(other, key)
            assert await found(writer, key) == b"kept"
