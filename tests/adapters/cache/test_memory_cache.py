"""What is kept in a process is bounded, in time and in bytes."""

from uuid import uuid4

import pytest

from moniqo.adapters.cache import memory_cache
from moniqo.adapters.cache.memory_cache import MemoryCache
from moniqo.application.shared.cache import Part
from moniqo.domain.trading.trade import Trade

ADA = Part(Trade, uuid4())


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def keep(cache: MemoryCache, key: str, answer: bytes) -> None:
    stamp = (await cache.look(key, (ADA,))).stamp
    assert stamp is not None
    await cache.keep(key, stamp, answer)


async def found(cache: MemoryCache, *keys: str) -> list[str]:
    return [key for key in keys if (await cache.look(key, (ADA,))).answer is not None]


async def test_an_answer_is_found_until_its_time_is_over() -> None:
    clock = Hand()
    cache = MemoryCache(60, 1000, clock)
    await keep(cache, "a", b"answer")

    clock.now += 59
    before = await found(cache, "a")
    clock.now += 1

    assert (before, await found(cache, "a")) == (["a"], [])


async def test_who_was_asked_for_least_recently_gives_way() -> None:
    cache = MemoryCache(60, 30)
    for key in "abc":
        await keep(cache, key, b"9 letters")
    await found(cache, "a")
    await keep(cache, "c", b"9 others.")

    await keep(cache, "d", b"9 letters")

    assert await found(cache, *"abcd") == ["a", "c", "d"]


async def test_notes_of_changes_are_bounded_and_nothing_old_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_cache, "MOST_NOTES", 10)
    cache = MemoryCache(60, 1000)
    early = await cache.look("a", (ADA,))
    await keep(cache, "a", b"answer")

    for _ in range(20):
        async with cache.changing({Part(Trade, uuid4())}):
            pass
    assert early.stamp is not None
    await cache.keep("b", early.stamp, b"old")

    assert await found(cache, "a", "b") == []
    await keep(cache, "a", b"answer")
    assert await found(cache, "a") == ["a"]
