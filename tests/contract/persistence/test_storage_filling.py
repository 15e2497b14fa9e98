"""Write-once fields go from nothing to a value, once, together, and nothing else changes."""

import asyncio

import pytest

from moniqo.adapters.persistence.collection import Collection
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from support.specimen import Inscription, InscriptionId, Specimen
from support.store import Store


async def _written(store: Store, text: str = "in stone") -> Inscription:
    async with store.uow() as tx:
        return await tx[Inscription].add(Inscription(id=InscriptionId(store.ids.new()), text=text))


async def _fill(store: Store, *rows: Inscription) -> None:
    async with store.uow() as tx:
        await tx[Inscription].fill(rows)


async def _stored(store: Store, row: Inscription) -> Inscription:
    async with store.uow() as tx:
        return await tx[Inscription].get(row.id)


def _numbered(store: Store, row: Inscription, number: int | None = None) -> Inscription:
    return row.with_(number=number or (store.ids.new().int >> 64 & 2**63 - 1), mark="m$")


async def test_what_was_empty_is_filled_and_stamped(store: Store) -> None:
    rows = [await _written(store, f"line {number}") for number in range(40)]
    filled = [_numbered(store, row) for row in rows]

    await _fill(store, *filled)

    for before, wanted in zip(rows, filled, strict=True):
        found = await _stored(store, before)
        assert found == wanted.stamped(version=2, updated_at=found.updated_at)
        assert found.updated_at > before.updated_at


async def test_filling_changes_nothing_else(store: Store) -> None:
    row = await _written(store)

    await _fill(store, _numbered(store, row).with_(text="in sand"))

    assert (await _stored(store, row)).text == "in stone"


async def test_what_is_filled_stays(store: Store) -> None:
    first, second = await _written(store), await _written(store)
    await _fill(store, _numbered(store, first))
    kept = await _stored(store, first)

    for again in (first, kept):
        with pytest.raises(StaleVersion):
            await _fill(store, _numbered(store, second), _numbered(store, again))

    assert await _stored(store, first) == kept
    assert await _stored(store, second) == second


async def test_what_is_not_stored_cannot_be_filled(store: Store) -> None:
    absent = Inscription(id=InscriptionId(store.ids.new()), text="", version=1)

    with pytest.raises(StaleVersion):
        await _fill(store, _numbered(store, absent))


async def test_a_number_that_is_taken_is_told(store: Store) -> None:
    first, second = await _written(store), await _written(store)
    taken = _numbered(store, first)
    await _fill(store, taken)

    with pytest.raises(AlreadyExists) as caught:
        await _fill(store, _numbered(store, second, taken.number))

    assert [fault.field for fault in caught.value.faults] == ["number"]
    assert await _stored(store, second) == second


async def test_of_many_who_fill_at_once_one_succeeds(store: Store) -> None:
    rows = [await _written(store) for _ in range(5)]

    ends = await asyncio.gather(
        *(_fill(store, *(_numbered(store, row) for row in rows)) for _ in range(6)),
        return_exceptions=True,
    )

    assert sorted(type(end).__name__ for end in ends) == ["NoneType"] + ["StaleVersion"] * 5
    assert {(await _stored(store, row)).version for row in rows} == {2}


async def test_fields_are_filled_together_or_not_at_all(store: Store) -> None:
    row = await _written(store)

    with pytest.raises(ValueError, match="together"):
        await _fill(store, row.with_(number=7))

    assert await _stored(store, row) == row


async def test_only_write_once_fields_are_filled(store: Store) -> None:
    added = await store.added()

    with pytest.raises(ValueError, match="write-once"):
        async with store.uow() as tx:
            await tx[Specimen].fill([added])


async def test_filling_nothing_is_fine(store: Store) -> None:
    await _fill(store)


def test_only_what_only_grows_has_write_once_fields() -> None:
    with pytest.raises(TypeError, match="only grows"):
        Collection(Inscription, "inscriptions", write_once=("number", "mark"))
