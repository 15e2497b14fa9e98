"""A store on MongoDB, and the raw database under it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from moniqo.adapters.persistence.backend import Backend
from support.store import Place, Store, prepared

Database = AsyncDatabase[dict[str, object]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def backend(mongo_database: tuple[str, str]) -> AsyncIterator[Backend]:
    async with prepared(Place("mongo", *mongo_database)) as opened:
        yield opened


@pytest.fixture
def store(backend: Backend) -> Store:
    return Store(backend)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(mongo_database: tuple[str, str]) -> AsyncIterator[Database]:
    url, name = mongo_database
    async with AsyncMongoClient[dict[str, object]](url, uuidRepresentation="standard") as client:
        yield client[name]
