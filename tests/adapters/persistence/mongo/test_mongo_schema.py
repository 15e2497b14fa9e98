"""Collections and indexes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.mongo import open_mongo
from moniqo.domain.shared.errors import Unavailable
from support.servers import fresh_mongo
from support.specimen import CONTRACT

Database = AsyncDatabase[dict[str, Any]]
SPECIMENS = "test_specimens"


@pytest_asyncio.fixture(loop_scope="session")
async def database(mongo_server: str) -> AsyncIterator[Database]:
    async with fresh_mongo(mongo_server) as (url, name), AsyncMongoClient[Any](url) as client:
        yield client[name]


@pytest_asyncio.fixture(loop_scope="session")
async def backend(mongo_server: str, database: Database) -> AsyncIterator[Backend]:
    opened = open_mongo(mongo_server, database.name, CONTRACT)
    yield opened
    await opened.close()


async def test_an_empty_database_lacks_everything(backend: Backend) -> None:
    pending = await backend.pending()

    assert {"agents", SPECIMENS, f"{SPECIMENS}.uq_shelf_name"} <= set(pending)


async def test_migrating_twice_at_once_and_again_leaves_nothing_pending(backend: Backend) -> None:
    await asyncio.gather(backend.migrate(), backend.migrate())
    await backend.migrate()

    assert await backend.pending() == ()


async def test_an_index_that_is_another_than_wanted_is_made_anew(
    backend: Backend, database: Database
) -> None:
    await backend.migrate()
    await database[SPECIMENS].drop_index("uq_shelf_name")
    await database[SPECIMENS].create_index([("shelf", 1)], name="uq_shelf_name")

    before = await backend.pending()
    await backend.migrate()

    assert before == (f"{SPECIMENS}.uq_shelf_name",)
    assert await backend.pending() == ()


async def test_our_old_indexes_go_and_the_operators_own_stay(
    backend: Backend, database: Database
) -> None:
    await backend.migrate()
    await database[SPECIMENS].create_index([("rank", 1)], name="ix_of_old")
    await database[SPECIMENS].create_index([("rank", -1)], name="by_the_operator")

    await backend.migrate()

    names = await database[SPECIMENS].index_information()
    assert "by_the_operator" in names
    assert "ix_of_old" not in names


async def test_documents_that_break_a_new_rule_are_told(
    backend: Backend, database: Database
) -> None:
    twin = {"shelf": "s", "name": "n", "deleted_at": None}
    await database[SPECIMENS].insert_many([dict(twin), dict(twin)])

    with pytest.raises(Unavailable, match=r"test_specimens.*shelf and name"):
        await backend.migrate()
