"""What an operator finds in the database."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bson import Decimal128
from pymongo.asynchronous.database import AsyncDatabase

from moniqo.domain.shared.types import JsonObject
from support.specimen import Code, Part, Specimen, State
from support.store import Store

Database = AsyncDatabase[dict[str, object]]
HOSTILE = {"": 1, "$set": {"$ref": "x", "$id": 1}, "a.b": [2**62, 1.0, -0.5], "\x00": None}


async def test_values_have_the_types_of_the_database(store: Store, database: Database) -> None:
    added = await store.added(
        price=Decimal("1.10"), code=Code("ABC"), main_part=Part(name="p", state=State.ACTIVE)
    )

    found = await database["test_specimens"].find_one({"_id": added.id})

    assert found is not None
    assert isinstance(found["_id"], UUID)
    assert "id" not in found
    assert found["price"] == Decimal128("1.10")
    assert isinstance(found["created_at"], datetime)
    assert found["code"] == "abc"
    assert found["main_part"]["state"] == "active"  # type: ignore[index]
    assert found["deleted_at"] is None


async def test_free_objects_and_mappings_survive_keys_that_mean_something_here(
    store: Store,
) -> None:
    stock = {"": Decimal(1), "$inc": Decimal(2), "a.b": Decimal(3)}

    added = await store.added(notes=JsonObject(HOSTILE), stock=stock)

    found = await store.stored(added.id)
    assert found.notes == HOSTILE
    assert found.stock == stock


async def test_large_integers_are_read_as_plain_ones(store: Store) -> None:
    added = await store.added(rank=2**62)

    assert type((await store.stored(added.id)).rank) is int


async def test_a_value_that_looks_like_an_operator_is_only_a_value(store: Store) -> None:
    await store.added(name="$gt", code=Code("$where"))

    async with store.uow() as tx:
        found = await tx[Specimen].page(store.listing(sort=("name",)))

    assert found.total == 1
    assert found.items[0].name == "$gt"
