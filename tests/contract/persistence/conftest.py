"""Each test of the contract runs on each backend; the ids say which."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from support.people import People
from support.store import Place, Store, prepared

BACKENDS = ("memory", "sqlite", "postgres", "mongo")


@pytest.fixture(scope="module", params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where this module's data is; servers start when the first test needs them."""
    kind: str = request.param
    if kind == "sqlite":
        return Place(kind, f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'contract.db'}")
    if kind == "postgres":
        return Place(kind, request.getfixturevalue("postgres_database"))
    if kind == "mongo":
        return Place(kind, *request.getfixturevalue("mongo_database"))
    return Place(kind)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def backend(place: Place) -> AsyncIterator[Backend]:
    """The module's backend."""
    async with prepared(place) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(place: Place) -> AsyncIterator[People]:
    """On the module's backend, seeded."""
    async with prepared(place, REGISTRY) as backend:
        people = People(backend=backend)
        await people.seed()
        yield people


@pytest.fixture
def store(backend: Backend) -> Store:
    """The backend with a shelf that only this test uses."""
    return Store(backend)


@pytest.fixture
def another(backend: Backend) -> Callable[[], Store]:
    """Further stores on the same backend."""
    return lambda: Store(backend)
