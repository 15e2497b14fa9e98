from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from support.servers.databases import fresh_mongo, fresh_postgres


@pytest.fixture(params=["memory", "sqlite", "postgres", "mongo"])
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path, server_url: Callable[[str], str]
) -> AsyncIterator[dict[str, str]]:
    """The settings of one storage backend with an empty store."""
    backend: str = request.param
    settings = {"STORAGE_BACKEND": backend, "AUTO_VERIFY_EMAIL": "true", "BCRYPT_COST": "4"}
    async with AsyncExitStack() as stores:
        if backend == "sqlite":
            settings["DATABASE_URL"] = f"sqlite:///{tmp_path / 'moniqo.sqlite3'}"
        if backend == "postgres":
            store = fresh_postgres(server_url("postgres"))
            settings["DATABASE_URL"] = await stores.enter_async_context(store)
        if backend == "mongo":
            place = fresh_mongo(server_url("mongo"))
            url, name = await stores.enter_async_context(place)
            settings |= {"MONGODB_URL": url, "MONGODB_DB_NAME": name}
        yield settings
