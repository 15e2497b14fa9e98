"""Unique groups bind live rows, no others."""

import asyncio

import pytest

from moniqo.domain.shared.errors import AlreadyExists
from support.specimen import Specimen, State
from support.store import Store

ACTIVE = {"badge": "gold", "state": State.ACTIVE}


async def test_a_second_live_row_is_refused_with_the_fields_named(store: Store) -> None:
    await store.added(name="same")

    with pytest.raises(AlreadyExists) as caught:
        await store.added(name="same")

    assert {fault.field for fault in caught.value.faults} == {"shelf", "name"}


async def test_the_same_identity_cannot_be_added_twice(store: Store) -> None:
    added = await store.added()

    with pytest.raises(AlreadyExists) as caught:
        await store.added(id=added.id)

    assert [fault.field for fault in caught.value.faults] == ["id"]


async def test_a_change_into_a_taken_value_is_refused(store: Store) -> None:
    await store.added(name="same")
    other = await store.added(name="other")

    with pytest.raises(AlreadyExists):
        async with store.uow() as tx:
            await tx[Specimen].save(other.with_(name="same"))

    assert await store.stored(other.id) == other


async def test_two_in_one_block_collide_too(store: Store) -> None:
    with pytest.raises(AlreadyExists):
        async with store.uow() as tx:
            await tx[Specimen].add(store.specimen(name="same"))
            await tx[Specimen].add(store.specimen(name="same"))

    assert await store.found() == ()


async def test_case_and_accents_make_a_difference(store: Store) -> None:
    for name in ("a", "A", "á", "a\u0301", "a ", ""):
        await store.added(name=name)

    assert len(await store.found()) == 6


async def test_null_is_never_taken(store: Store) -> None:
    await store.added(name=None)

    await store.added(name=None)

    assert len(await store.found()) == 2


async def test_a_removed_row_frees_its_value(store: Store) -> None:
    removed = await store.added(name="same")
    async with store.uow() as tx:
        await tx[Specimen].remove(removed)

    again = await store.added(name="same")

    assert await store.found() == (again,)


async def test_a_removed_row_does_not_come_back_over_a_live_one(store: Store) -> None:
    first = await store.added(name="same")
    async with store.uow() as tx:
        removed = await tx[Specimen].remove(first)
    await store.added(name="same")

    with pytest.raises(AlreadyExists):
        async with store.uow() as tx:
            await tx[Specimen].save(removed.with_(deleted_at=None))


async def test_a_narrowed_group_binds_only_the_rows_it_names(store: Store) -> None:
    await store.added(**ACTIVE)
    await store.added(badge="gold", state=State.IDLE)

    await store.added(badge="gold", state=State.IDLE)

    with pytest.raises(AlreadyExists) as caught:
        await store.added(**ACTIVE)
    assert {fault.field for fault in caught.value.faults} == {"shelf", "badge"}


async def test_a_row_that_enters_a_narrowed_group_is_checked(store: Store) -> None:
    await store.added(**ACTIVE)
    idle = await store.added(badge="gold", state=State.IDLE)

    with pytest.raises(AlreadyExists):
        async with store.uow() as tx:
            await tx[Specimen].save(idle.with_(state=State.ACTIVE))


async def test_of_many_at_once_one_gets_the_value(store: Store) -> None:
    async def attempt() -> bool:
        try:
            await store.added(name="race")
        except AlreadyExists:
            return False
        return True

    outcomes = await asyncio.gather(*(attempt() for _ in range(12)))

    assert sum(outcomes) == 1
    assert len(await store.found()) == 1
