"""A reference leads somewhere."""

import pytest

from moniqo.application.shared.query import any_of, eq
from moniqo.domain.shared.errors import Conflict, Invalid
from support.specimen import Rack, RackId, Specimen, SpecimenId
from support.store import Store


async def test_a_reference_to_something_stored_is_taken(store: Store) -> None:
    async with store.uow() as tx:
        rack = await tx[Rack].add(store.rack())

    added = await store.added(rack_id=rack.id)

    assert (await store.stored(added.id)).rack_id == rack.id


async def test_a_reference_to_nothing_is_refused_with_its_field(store: Store) -> None:
    with pytest.raises(Invalid) as caught:
        await store.added(rack_id=RackId(store.ids.new()))

    assert [fault.field for fault in caught.value.faults] == ["rack_id"]
    assert await store.found() == ()


async def test_a_change_to_a_reference_to_nothing_is_refused(store: Store) -> None:
    added = await store.added()

    with pytest.raises(Invalid) as caught:
        async with store.uow() as tx:
            await tx[Specimen].save(added.with_(parent_id=SpecimenId(store.ids.new())))

    assert [fault.field for fault in caught.value.faults] == ["parent_id"]
    assert await store.stored(added.id) == added


async def test_many_with_a_reference_to_nothing_are_refused_as_a_whole(store: Store) -> None:
    with pytest.raises(Invalid):
        async with store.uow() as tx:
            await tx[Specimen].add_many(
                [store.specimen(), store.specimen(rack_id=RackId(store.ids.new()))]
            )

    assert await store.found() == ()


async def test_what_was_added_in_the_same_block_can_be_referred_to(store: Store) -> None:
    async with store.uow() as tx:
        rack = await tx[Rack].add(store.rack())
        await tx[Specimen].add(store.specimen(rack_id=rack.id))

    assert [item.rack_id for item in await store.found()] == [rack.id]


async def test_entities_of_one_kind_refer_to_each_other(store: Store) -> None:
    parent = await store.added()

    child = await store.added(parent_id=parent.id)

    assert (await store.stored(child.id)).parent_id == parent.id


async def test_what_was_removed_can_still_be_referred_to(store: Store) -> None:
    parent = await store.added()
    async with store.uow() as tx:
        await tx[Specimen].remove(parent)

    child = await store.added(parent_id=parent.id)

    assert (await store.stored(child.id)).parent_id == parent.id


@pytest.mark.parametrize("is_removed", [False, True], ids=["live", "removed"])
async def test_what_is_referred_to_cannot_be_purged(store: Store, *, is_removed: bool) -> None:
    async with store.uow() as tx:
        rack = await tx[Rack].add(store.rack())
    child = await store.added(rack_id=rack.id)
    if is_removed:
        async with store.uow() as tx:
            await tx[Specimen].remove(child)

    with pytest.raises(Conflict, match="still referred to"):
        async with store.uow() as tx:
            await tx[Rack].purge(eq("id", rack.id))

    async with store.uow() as tx:
        assert await tx[Rack].get(rack.id) == rack


async def test_what_refers_to_each_other_is_purged_together(store: Store) -> None:
    parent = await store.added()
    child = await store.added(parent_id=parent.id)

    async with store.uow() as tx:
        count = await tx[Specimen].purge(any_of("id", (parent.id, child.id)))

    assert count == 2
    assert await store.found(include_deleted=True) == ()
