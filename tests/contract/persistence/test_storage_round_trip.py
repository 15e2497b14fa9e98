"""What is stored comes back equal, for every entity there is."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.types import JsonObject
from support.specimen import CONTRACT, Part, Specimen
from support.store import Place, Store, prepared
from support.strategies import families

pytestmark = pytest.mark.untraced
ENTITIES = [collection.entity for collection in CONTRACT]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def backends(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_database: str,
    mongo_database: tuple[str, str],
) -> AsyncIterator[list[Backend]]:
    """One of each kind."""
    file = tmp_path_factory.mktemp("every") / "contract.db"
    places = (
        Place("memory"),
        Place("sqlite", f"sqlite:///{file}"),
        Place("postgres", postgres_database),
        Place("mongo", *mongo_database),
    )
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(prepared(place)) for place in places]


# On one backend after the other: to draw an entity takes longer than to store it.
@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.__name__)
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_any_entity_that_is_added_comes_back_equal(
    backends: list[Backend], entity: type[Entity], data: st.DataObject
) -> None:
    family = data.draw(families(CONTRACT, entity))

    for backend in backends:
        await _comes_back(Store(backend).uow, family)


async def _comes_back(uow: RecordedUnitOfWork, family: list[Entity]) -> None:
    async with uow() as tx:
        stored = [await tx[type(member)].add(member) for member in family]

    try:
        async with uow() as tx:
            for member in stored:
                assert await tx[type(member)].get(member.id) == member
    finally:
        await _make_room(uow, stored)


async def _make_room(uow: RecordedUnitOfWork, stored: list[Entity]) -> None:
    """Remove what was added, for the next example may draw the same unique values."""
    async with uow() as tx:
        for member in stored:
            if not CONTRACT[type(member)].append_only:
                await tx[type(member)].remove(member)


async def test_a_saved_change_comes_back_equal(store: Store) -> None:
    before = await store.added(name="before", parts=(Part("a"),))
    change = before.with_(name=None, parts=(), price=Decimal("1.5"), notes=JsonObject({"$a.b": []}))

    async with store.uow() as tx:
        saved = await tx[Specimen].save(change)

    assert await store.stored(before.id) == saved


@pytest.mark.parametrize(
    "value",
    [
        2**63 - 1,
        -(2**63),
        2**53 + 1,
        1e16,
        1e23,
        1.2345678901234567e18,
        1.7976931348623157e308,
        5e-324,
        0.1,
        -0.0,
        1.0,
        True,
        None,
        "",
        "\u2028\ufeff\U0010ffff\x01",
        {"$set": {"a.b": {"": [{"$": 1}, [[]]]}}, "__proto__": None, ".": "$", "_id": 1},
    ],
    ids=repr,
)
async def test_free_objects_keep_each_value_exactly(store: Store, value: object) -> None:
    added = await store.added(notes=JsonObject({"value": value}), extra=JsonObject({}))

    found = await store.stored(added.id)

    assert found.notes["value"] == value
    assert found.extra == {}


@pytest.mark.parametrize(
    "text",
    [
        "9" * 16 + "." + "9" * 18,
        "-" + "9" * 16 + "." + "9" * 18,
        "0." + "0" * 17 + "1",
        "-0",
        "1E+15",
    ],
)
async def test_decimals_of_34_digits_survive_to_the_last(store: Store, text: str) -> None:
    value = Decimal(text)

    added = await store.added(price=value, stock={"a": value}, parts=(Part("x", value),))

    assert await store.stored(added.id) == added
    assert (await store.stored(added.id)).price == value


@pytest.mark.parametrize("year", [1, 999, 1969, 9999])
async def test_instants_of_any_year_survive_with_their_milliseconds(
    store: Store, year: int
) -> None:
    instant = datetime(year, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)

    added = await store.added(seen_at=instant, main_part=Part("x", made_at=instant))

    found = await store.stored(added.id)
    assert found.seen_at == instant
    assert found.main_part == added.main_part
