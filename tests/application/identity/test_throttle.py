"""Limits are counted in the store, by whatever name."""

from datetime import timedelta

import pytest
import pytest_asyncio

from moniqo.application.identity.throttle import Allowance, Throttle, keep
from moniqo.domain.identity.attempts import Attempts
from moniqo.domain.shared.errors import RateLimited, StaleVersion
from support.people import People, open_people

THREE = Allowance("mail", 3, timedelta(hours=1))


@pytest_asyncio.fixture
async def people() -> People:
    return await open_people()


@pytest.fixture
def throttle(people: People) -> Throttle:
    return Throttle(people.uow, people.clock, people.ids)


async def test_past_the_limit_is_told_when_the_window_ends(
    people: People, throttle: Throttle
) -> None:
    await throttle.take(THREE, "ada@example.com")
    people.clock.advance(minutes=20)
    await throttle.take(THREE, "ada@example.com")
    await throttle.take(THREE, "ada@example.com")

    with pytest.raises(RateLimited) as refused:
        await throttle.take(THREE, "ada@example.com")

    assert refused.value.retry_after == 40 * 60


async def test_what_is_refused_is_not_counted(people: People, throttle: Throttle) -> None:
    for _ in range(3):
        await throttle.take(THREE, "ada@example.com")

    with pytest.raises(RateLimited):
        await throttle.take(THREE, "ada@example.com")

    (kept,) = await people.all(Attempts)
    assert (kept.count, kept.version) == (3, 3)


async def test_a_new_window_begins_when_the_old_one_is_over(
    people: People, throttle: Throttle
) -> None:
    for _ in range(3):
        await throttle.take(THREE, "ada@example.com")
    people.clock.advance(hours=1)

    await throttle.take(THREE, "ada@example.com")

    (kept,) = await people.all(Attempts)
    assert (kept.count, kept.window_start) == (1, people.clock.now())


async def test_keys_and_kinds_are_counted_apart(people: People, throttle: Throttle) -> None:
    for _ in range(3):
        await throttle.take(THREE, "ada@example.com")

    await throttle.take(THREE, "bob@example.com")
    await throttle.take(Allowance("upload", 3, timedelta(hours=1)), "ada@example.com")

    assert [kept.count for kept in await people.all(Attempts)] == [3, 1, 1]


async def test_nothing_that_is_counted_is_kept_in_the_clear(
    people: People, throttle: Throttle
) -> None:
    await throttle.take(THREE, "ada@example.com")

    (kept,) = await people.all(Attempts)
    assert "ada" not in repr(kept)


async def test_who_counts_first_at_the_same_moment_is_told_to_begin_again(
    people: People, throttle: Throttle
) -> None:
    async with people.uow() as tx:
        mine = await throttle.present(tx, THREE, "ada@example.com")
    await throttle.take(THREE, "ada@example.com")

    with pytest.raises(StaleVersion):
        async with people.uow() as tx:
            await keep(tx, mine.counted(people.clock.now(), THREE.window))

    assert [kept.count for kept in await people.all(Attempts)] == [1]
