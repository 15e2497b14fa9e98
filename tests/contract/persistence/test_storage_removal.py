"""Removed rows are out of sight; purged ones are gone; some stay for ever."""

import pytest

from moniqo.application.shared.query import Listing, any_of, eq, lt
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.errors import NotFound
from support.specimen import Inscription, InscriptionId, Specimen
from support.store import Store


async def _removed(store: Store, **fields: object) -> Specimen:
    added = await store.added(**fields)
    async with store.uow() as tx:
        return await tx[Specimen].remove(added)


async def test_a_removed_entity_has_its_time_and_a_new_version(store: Store) -> None:
    removed = await _removed(store)

    assert removed.version == 2
    assert removed.deleted_at == removed.updated_at is not None


async def test_a_removed_entity_is_invisible(store: Store) -> None:
    removed = await _removed(store)

    async with store.uow() as tx:
        assert await tx[Specimen].first(eq("id", removed.id)) is None
        assert await tx[Specimen].count(eq("id", removed.id)) == 0
    page = await store.found()

    assert page == ()
    with pytest.raises(NotFound):
        await store.stored(removed.id)


async def test_a_removed_entity_is_shown_to_who_asks_for_it(store: Store) -> None:
    removed = await _removed(store)

    async with store.uow() as tx:
        got = await tx[Specimen].get(removed.id, include_deleted=True)
        first = await tx[Specimen].first(eq("id", removed.id), include_deleted=True)
    page = await store.found(include_deleted=True)

    assert got == first == removed
    assert page == (removed,)


async def test_get_needs_its_further_conditions_too(store: Store) -> None:
    added = await store.added(rank=1)

    async with store.uow() as tx:
        assert await tx[Specimen].get(added.id, eq("rank", 1)) == added

    with pytest.raises(NotFound):
        async with store.uow() as tx:
            await tx[Specimen].get(added.id, eq("rank", 2))


async def test_purge_deletes_matching_rows_for_good_and_says_how_many(store: Store) -> None:
    await store.added(rank=1)
    await _removed(store, rank=1)
    kept = await store.added(rank=2)

    async with store.uow() as tx:
        count = await tx[Specimen].purge(eq("shelf", store.shelf), lt("rank", 2))

    assert count == 2
    assert await store.found(include_deleted=True) == (kept,)


async def test_purge_in_parts_takes_what_comes_first_by_id(store: Store) -> None:
    rows = [await store.added(rank=1) for _ in range(5)]
    here = eq("shelf", store.shelf)

    async with store.uow() as tx:
        following = Listing((here,), limit=1, offset=3, include_deleted=True)
        (row,) = (await tx[Specimen].page(following)).items
        count = await tx[Specimen].purge(here, lt("id", row.id))

    assert count == 3
    assert await store.found() == tuple(sorted(rows, key=lambda it: it.id)[3:])


async def test_purge_of_nothing_is_nought(store: Store) -> None:
    async with store.uow() as tx:
        assert await tx[Specimen].purge(any_of("id", ())) == 0


async def test_a_purge_that_is_rolled_back_kept_everything(store: Store) -> None:
    kept = await store.added()

    with pytest.raises(LookupError):
        async with store.uow() as tx:
            await tx[Specimen].purge(eq("shelf", store.shelf))
            raise LookupError

    assert await store.found() == (kept,)


async def test_purge_needs_a_condition(store: Store) -> None:
    with pytest.raises(ValueError, match="condition"):
        async with store.uow() as tx:
            await tx[Specimen].purge()


@pytest.mark.parametrize("call", ["save", "remove"])
async def test_what_only_grows_is_never_changed(store: Store, call: str) -> None:
    entity = Inscription(id=InscriptionId(store.ids.new()), text="in stone")
    async with store.uow() as tx:
        added = await tx[Inscription].add(entity)

    with pytest.raises(ValueError, match="grows"):
        async with store.uow() as tx:
            await getattr(tx[Inscription], call)(added.with_(text="in sand"))

    async with store.uow() as tx:
        assert await tx[Inscription].get(entity.id) == added


@pytest.mark.parametrize("entity", [Inscription, AuditLog])
async def test_what_only_grows_is_never_purged(store: Store, entity: type) -> None:
    with pytest.raises(ValueError, match="may go"):
        async with store.uow() as tx:
            await tx[entity].purge(eq("id", store.ids.new()))


async def test_many_are_added_at_once_without_audit_rows(store: Store) -> None:
    many = [store.specimen(rank=rank) for rank in range(300)]

    async with store.uow() as tx:
        await tx[Specimen].add_many(many)

    async with store.uow() as tx:
        assert await tx[Specimen].count(eq("shelf", store.shelf)) == 300
        assert await tx[AuditLog].count(eq("entity_id", many[7].id)) == 0
        assert (await tx[Specimen].get(many[7].id)).version == 1


async def test_adding_none_is_fine(store: Store) -> None:
    async with store.uow() as tx:
        await tx[Specimen].add_many([])

    assert await store.found() == ()
