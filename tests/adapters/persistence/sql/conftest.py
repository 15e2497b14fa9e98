"""Both SQL dialects, each with an empty database or with the schema in place."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.sql.backend import SqlBackend
from support.servers import fresh_postgres
from support.store import Place, open_backend

DIALECTS = ("sqlite", "postgres")


@pytest_asyncio.fixture(params=DIALECTS)
async def empty(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server_url
) -> AsyncIterator[Place]:
    """A database without tables."""
    if request.param == "sqlite":
        yield Place("sqlite", f"sqlite:///{tmp_path_factory.mktemp('sql') / 'moniqo.db'}")
        return
    async with fresh_postgres(server_url("postgres")) as url:
        yield Place("postgres", url)


@pytest_asyncio.fixture
async def unmigrated(empty: Place) -> AsyncIterator[SqlBackend]:
    """A backend whose schema is still missing."""
    backend = open_backend(empty, REGISTRY)
    assert isinstance(backend, SqlBackend)
    yield backend
    await backend.close()


@pytest_asyncio.fixture
async def migrated(unmigrated: SqlBackend) -> SqlBackend:
    """A backend with its schema."""
    await unmigrated.migrate()
    return unmigrated
