"""Orders are the same everywhere: text by code point, decimals as numbers, null lowest."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moniqo.adapters.persistence.backend import Backend
from support.specimen import Specimen
from support.store import Store
from support.strategies import decimals, instants, texts

TEXTS = [
    "",
    " ",
    "A",
    "B",
    "Z",
    "_",
    "a",
    "aa",
    "a\u0301",
    "b",
    "z",
    "Ä",
    "ß",
    "ä",
    "\ue000",
    "\ufffd",
    "😀",
]
DECIMALS = [
    "-9999999999999999.999999999999999999",
    "-10",
    "-9.5",
    "-9",
    "-1",
    "-0.000000000000000001",
    "0",
    "0.000000000000000001",
    "0.5",
    "0.50000001",
    "1",
    "2",
    "9",
    "10",
    "1E+3",
    "9999999999999999",
]
INSTANTS = [datetime(year, 1, 1, tzinfo=UTC) for year in (1, 33, 1969, 1970, 2026, 9999)]


async def _in_order(store: Store, field: str, values: list[Any]) -> tuple[list[Any], list[Any]]:
    for position, value in enumerate(reversed(values)):
        await store.added(**{field: value, "rank": position})
    up = [getattr(item, field) for item in await store.found(sort=(field,))]
    down = [getattr(item, field) for item in await store.found(sort=(f"-{field}",))]
    return up, down


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", TEXTS),
        ("price", [Decimal(text) for text in DECIMALS]),
        ("score", [0, 1, 2, 10, 2**31, 2**53 + 1, 2**63 - 1]),
        ("seen_at", INSTANTS),
    ],
    ids=["text", "decimal", "integer", "instant"],
)
async def test_null_comes_first_and_values_in_their_natural_order(
    store: Store, field: str, values: list[Any]
) -> None:
    expected = [None, *values]

    up, down = await _in_order(store, field, expected)

    assert up == expected
    assert down == expected[::-1]


@given(
    names=st.lists(texts() | st.none(), unique=True, max_size=6),
    prices=st.lists(decimals() | st.none(), max_size=6),
    instant=st.lists(instants | st.none(), max_size=6),
)
@settings(max_examples=15, deadline=None)
async def test_any_values_are_ordered_as_in_memory(
    backend: Backend, names: list[Any], prices: list[Any], instant: list[Any]
) -> None:
    store = Store(backend)
    for field, values in (("name", names), ("price", prices), ("seen_at", instant)):
        async with store.uow() as tx:
            await tx[Specimen].add_many(
                [store.specimen(rank=len(field), **{field: value}) for value in values]
            )

    for field, values in (("name", names), ("price", prices), ("seen_at", instant)):
        found = [item for item in await store.found(sort=(field,)) if item.rank == len(field)]
        expected = sorted(values, key=lambda value: (value is not None, value))
        assert [getattr(item, field) for item in found] == expected


@pytest.mark.parametrize("sort", [("rank",), ("-rank",), ()])
async def test_equal_rows_stand_in_the_order_of_their_ids(
    store: Store, sort: tuple[str, ...]
) -> None:
    specimens = [store.specimen(rank=1) for _ in range(6)]
    async with store.uow() as tx:
        await tx[Specimen].add_many(specimens[::-1])

    found = await store.found(sort=sort)

    assert [item.id for item in found] == [item.id for item in specimens]


async def test_the_id_can_be_the_order_and_go_down(store: Store) -> None:
    specimens = [await store.added() for _ in range(3)]

    found = await store.found(sort=("-id",))

    assert list(found) == specimens[::-1]


async def test_several_fields_order_in_both_directions(store: Store) -> None:
    for name, rank in (("b", 1), ("a", 1), ("d", 2), ("c", 2), (None, 2)):
        await store.added(name=name, rank=rank)

    found = await store.found(sort=("-rank", "name"))

    assert [item.name for item in found] == [None, "c", "d", "a", "b"]


async def test_first_is_the_first_in_the_order_asked_for(store: Store) -> None:
    for rank in (2, 3, 1):
        await store.added(rank=rank)

    async with store.uow() as tx:
        where = store.listing().where
        highest = await tx[Specimen].first(*where, sort=("-rank",))
        oldest = await tx[Specimen].first(*where, sort=("created_at",))

    assert highest is not None
    assert oldest is not None
    assert (highest.rank, oldest.rank) == (3, 2)


async def test_an_order_by_an_unknown_field_is_a_fault_of_the_program(store: Store) -> None:
    with pytest.raises(AttributeError):
        await store.found(sort=("height",))
