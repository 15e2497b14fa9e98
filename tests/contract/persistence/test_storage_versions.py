"""Concurrent changes are kept apart by versions."""

import asyncio

import pytest

from moniqo.domain.shared.errors import StaleVersion
from support.specimen import Specimen
from support.store import Store

WRITERS = 12


async def test_a_new_entity_has_version_one_and_each_save_adds_one(store: Store) -> None:
    added = await store.added(rank=1)

    async with store.uow() as tx:
        saved = await tx[Specimen].save(added.with_(rank=2))

    assert (added.version, saved.version) == (1, 2)
    assert (await store.stored(added.id)).version == 2


@pytest.mark.parametrize("call", ["save", "remove"])
async def test_a_stale_write_is_refused_and_changes_nothing(store: Store, call: str) -> None:
    old = await store.added(rank=1)
    async with store.uow() as tx:
        current = await tx[Specimen].save(old.with_(rank=2))

    with pytest.raises(StaleVersion):
        async with store.uow() as tx:
            await getattr(tx[Specimen], call)(old.with_(rank=3))

    assert await store.stored(old.id) == current


async def test_what_was_never_stored_cannot_be_saved(store: Store) -> None:
    with pytest.raises(StaleVersion):
        async with store.uow() as tx:
            await tx[Specimen].save(store.specimen(version=1))


async def test_concurrent_increments_end_in_the_number_of_successes(store: Store) -> None:
    added = await store.added(rank=0)

    async def increment() -> bool:
        try:
            async with store.uow() as tx:
                found = await tx[Specimen].get(added.id)
                await asyncio.sleep(0)
                await tx[Specimen].save(found.with_(rank=found.rank + 1))
        except StaleVersion:
            return False
        return True

    successes = sum(await asyncio.gather(*(increment() for _ in range(WRITERS))))

    found = await store.stored(added.id)
    assert 1 <= successes == found.rank == found.version - 1


async def test_who_retries_after_a_stale_write_gets_through(store: Store) -> None:
    added = await store.added(rank=0)

    async def increment() -> None:
        while True:
            try:
                async with store.uow() as tx:
                    found = await tx[Specimen].get(added.id)
                    await tx[Specimen].save(found.with_(rank=found.rank + 1))
            except StaleVersion:
                continue
            return

    await asyncio.gather(*(increment() for _ in range(WRITERS)))

    assert (await store.stored(added.id)).rank == WRITERS


async def test_writers_of_different_entities_do_not_refuse_each_other(store: Store) -> None:
    added = [await store.added(rank=0) for _ in range(4)]

    async def save(entity: Specimen) -> None:
        async with store.uow() as tx:
            await tx[Specimen].save(entity.with_(rank=1))

    await asyncio.gather(*map(save, added))

    assert [item.rank for item in await store.found()] == [1, 1, 1, 1]
