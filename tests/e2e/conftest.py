from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from support.servers.databases import store_of


@pytest.fixture(params=["memory", "sqlite", "postgres", "mongo"])
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path, server_url: Callable[[str], str]
) -> AsyncIterator[dict[str, str]]:
    """The settings of one storage backend with an empty store."""
    async with store_of(request.param, tmp_path, server_url) as settings:
        yield {**settings, "AUTO_VERIFY_EMAIL": "true", "BCRYPT_COST": "4"}
