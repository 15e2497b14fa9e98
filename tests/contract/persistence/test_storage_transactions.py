"""A unit of work is kept as a whole or not at all."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest

from moniqo.adapters.persistence.work import Doomed
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.errors import AlreadyExists, NotFound
from support.specimen import Specimen, SpecimenSeen
from support.store import Store


class Interrupted(Exception):
    pass


async def _traces(store: Store, entity: Specimen) -> tuple[int, int, int]:
    """How many rows, audit rows and outbox rows there are of an entity's story."""
    async with store.uow() as tx:
        rows = await tx[Specimen].count(eq("shelf", store.shelf))
        audits = await tx[AuditLog].count(eq("entity_id", entity.id))
        events = await tx[OutboxEvent].count(eq("name", f"{store.shelf[:20]}"))
        return rows, audits, events


def _emit(tx: Transaction, store: Store) -> None:
    # Each test has an event of its own name, so that it can be counted.
    tx.emit(type(store.shelf[:20], (SpecimenSeen,), {})(shelf=store.shelf, price=Decimal("0.10")))


async def test_a_clean_exit_keeps_rows_audit_rows_and_events(store: Store) -> None:
    entity = store.specimen()

    async with store.uow() as tx:
        await tx[Specimen].add(entity)
        _emit(tx, store)

    assert await _traces(store, entity) == (1, 1, 1)


@pytest.mark.parametrize("error", [Interrupted, asyncio.CancelledError])
async def test_leaving_by_exception_keeps_nothing(store: Store, error: type[BaseException]) -> None:
    entity = store.specimen()

    with pytest.raises(error):
        async with store.uow() as tx:
            await tx[Specimen].add(entity)
            _emit(tx, store)
            raise error

    assert await _traces(store, entity) == (0, 0, 0)


async def test_an_error_of_a_repository_keeps_nothing_of_what_came_before(store: Store) -> None:
    await store.added(name="taken")
    entity = store.specimen(name="free")

    with pytest.raises(AlreadyExists):
        async with store.uow() as tx:
            await tx[Specimen].add(entity)
            _emit(tx, store)
            await tx[Specimen].add(store.specimen(name="taken"))

    assert await _traces(store, entity) == (1, 0, 0)


async def test_an_error_that_is_swallowed_still_dooms_the_block(store: Store) -> None:
    entity = store.specimen()

    with pytest.raises(Doomed):
        async with store.uow() as tx:
            await tx[Specimen].add(entity)
            with pytest.raises(NotFound):
                await tx[Specimen].get(store.ids.new())

    assert await _traces(store, entity) == (0, 0, 0)


async def test_a_doomed_block_accepts_nothing_more(store: Store) -> None:
    await store.added(name="taken")

    with pytest.raises(Doomed):
        async with store.uow() as tx:
            with pytest.raises(AlreadyExists):
                await tx[Specimen].add(store.specimen(name="taken"))
            await tx[Specimen].add(store.specimen())

    assert len(await store.found()) == 1


async def test_a_block_reads_what_it_wrote_and_others_do_not(
    store: Store, another: Callable[[], Store]
) -> None:
    entity = store.specimen(rank=1)

    async with store.uow() as tx:
        await tx[Specimen].add(entity)
        saved = await tx[Specimen].save((await tx[Specimen].get(entity.id)).with_(rank=2))

        seen_inside = await tx[Specimen].get(entity.id)
        with pytest.raises(NotFound):
            await another().stored(entity.id)

    assert seen_inside == saved == await another().stored(entity.id)


async def test_an_event_is_stored_with_its_payload(store: Store) -> None:
    async with store.uow() as tx:
        _emit(tx, store)

    async with store.uow() as tx:
        row = await tx[OutboxEvent].first(eq("name", store.shelf[:20]))
    assert row is not None
    assert row.payload == {"shelf": store.shelf, "price": "0.1"}
    assert row.done_at is None


async def test_a_block_without_writes_leaves_no_trace(store: Store) -> None:
    added = await store.added()

    async with store.uow() as tx:
        await tx[Specimen].get(added.id)

    assert await _traces(store, added) == (1, 1, 0)
