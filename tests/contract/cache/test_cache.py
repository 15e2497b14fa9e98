"""Answers are found again until what they are made of changes, and never after."""

import asyncio
from collections.abc import AsyncIterator
from secrets import token_hex
from uuid import UUID, uuid4

import pytest

from moniqo.adapters.cache import memory_cache, redis_cache
from moniqo.adapters.cache.memory_cache import LARGEST, MemoryCache
from moniqo.adapters.cache.redis_cache import RedisCache
from moniqo.adapters.cache.redis_pool import redis_pool
from moniqo.application.shared.cache import Cache, Look, Part
from moniqo.domain.shared.entity import Entity

ADA, BOB = uuid4(), uuid4()


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    if request.param == "memory":
        yield MemoryCache(60, 10 * LARGEST)
        return
    url = request.getfixturevalue("valkey_server")
    async with redis_pool(f"{url}/161") as pool:
        redis = RedisCache(pool, b"secret", 60, patience=10)
        yield redis
        await redis.close()


@pytest.fixture
def kind() -> type[Entity]:
    """A kind that no other test changes."""
    return type(f"Kind{token_hex(4)}", (Entity,), {})


@pytest.fixture
def key() -> str:
    return f"shelf:show:{token_hex(8)}"


async def kept(cache: Cache, key: str, *parts: Part, answer: bytes = b"old") -> None:
    """Keep an answer that is made of the parts."""
    look = await cache.look(key, parts)
    assert look.answer is None
    assert look.stamp is not None
    await cache.keep(key, look.stamp, answer)


async def changed(cache: Cache, *parts: Part) -> None:
    async with cache.changing(parts):
        pass


async def found(cache: Cache, key: str, *parts: Part) -> bytes | None:
    return (await cache.look(key, parts)).answer


async def test_what_was_kept_is_found(cache: Cache, key: str, kind: type[Entity]) -> None:
    whole = bytes(range(256)) + b"\n\r\n,"

    await kept(cache, key, Part(kind, ADA), answer=whole)

    assert await found(cache, key, Part(kind, ADA)) == whole
    assert await found(cache, f"{key} too", Part(kind, ADA)) is None


@pytest.mark.parametrize(
    ("read", "written", "is_old"),
    [
        (ADA, ADA, True),
        (ADA, BOB, False),
        (ADA, None, True),
        (None, ADA, True),
        (None, None, True),
    ],
)
async def test_an_answer_grows_old_by_writes_of_what_it_is_made_of(
    cache: Cache,
    key: str,
    kind: type[Entity],
    read: UUID | None,
    written: UUID | None,
    *,
    is_old: bool,
) -> None:
    await kept(cache, key, Part(kind, read))

    await changed(cache, Part(kind, written))

    assert (await found(cache, key, Part(kind, read)) is None) is is_old


async def test_an_answer_of_several_parts_grows_old_by_each(
    cache: Cache, key: str, kind: type[Entity]
) -> None:
    parts = (Part(kind, ADA), Part(type(f"{kind.__name__}2", (Entity,), {})))

    for part in parts:
        await kept(cache, key, *parts)
        await changed(cache, part)

        assert await found(cache, key, *parts) is None


async def test_what_was_read_before_a_commit_is_not_found_after_it(
    cache: Cache, key: str, kind: type[Entity]
) -> None:
    before = await cache.look(key, (Part(kind, ADA),))
    async with cache.changing({Part(kind, ADA)}):
        pass  # the commit
    assert before.stamp is not None
    await cache.keep(key, before.stamp, b"old")

    assert await found(cache, key, Part(kind, ADA)) is None


async def test_while_a_write_is_at_work_nothing_is_found_or_kept(
    cache: Cache, key: str, kind: type[Entity]
) -> None:
    await kept(cache, key, Part(kind, ADA))

    async with cache.changing({Part(kind, ADA)}):
        async with cache.changing({Part(kind, ADA), Part(kind, BOB)}):
            assert await cache.look(key, (Part(kind, ADA),)) == Look()
        assert await cache.look(key, (Part(kind, ADA),)) == Look()
        assert (await cache.look(key, (Part(kind, BOB),))).stamp is not None

    look = await cache.look(key, (Part(kind, ADA),))
    assert look.answer is None
    assert look.stamp is not None


async def test_of_what_may_or_may_not_be_written_nothing_is_kept_for_a_while(
    cache: Cache, key: str, kind: type[Entity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_cache, "LONGEST_WRITE", 0.15)
    monkeypatch.setattr(redis_cache, "LONGEST_WRITE_MS", 150)
    await kept(cache, key, Part(kind, ADA))

    with pytest.raises(ConnectionError):
        async with cache.changing({Part(kind, ADA)}):
            raise ConnectionError
    assert await cache.look(key, (Part(kind, ADA),)) == Look()
    await asyncio.sleep(0.2)

    await kept(cache, key, Part(kind, ADA))
    assert await found(cache, key, Part(kind, ADA)) == b"old"


async def test_a_large_answer_is_not_kept(cache: Cache, key: str, kind: type[Entity]) -> None:
    await kept(cache, key, Part(kind, ADA), answer=b"x" * (LARGEST + 1))
    await kept(cache, key, Part(kind, ADA), answer=b"x" * LARGEST)

    assert await found(cache, key, Part(kind, ADA)) == b"x" * LARGEST


async def test_readers_never_see_the_past(cache: Cache, key: str, kind: type[Entity]) -> None:
    store, part = [0], Part(kind, ADA)

    async def read() -> int:
        look = await cache.look(key, (part,))
        if look.answer is not None:
            return int(look.answer)
        value = store[0]
        await asyncio.sleep(0)
        if look.stamp is not None:
            await cache.keep(key, look.stamp, b"%d" % value)
        return value

    async def reader() -> None:
        for _ in range(60):
            before = store[0]
            assert await read() >= before

    async def writer() -> None:
        for _ in range(15):
            async with cache.changing({part}):
                await asyncio.sleep(0)
                store[0] += 1
            await asyncio.sleep(0)

    await asyncio.gather(*(reader() for _ in range(4)), writer(), writer())

    assert await read() == 30
