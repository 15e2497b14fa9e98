"""The fixtures behind which real servers stand; a server that cannot start fails the tests."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from support.servers.databases import fresh_mongo, fresh_postgres
from support.servers.pool import Desk, Servers, ask

_SERVERS = pytest.StashKey[Servers]()
_DESK = pytest.StashKey[Desk]()


def pytest_configure(config: pytest.Config) -> None:
    """One pool in the process that began the run; workers of xdist ask it."""
    if not hasattr(config, "workerinput"):
        config.stash[_SERVERS] = Servers()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a new worker where to ask."""
    stash = node.config.stash
    if _DESK not in stash:
        stash[_DESK] = Desk(stash[_SERVERS])
    desk = stash[_DESK]
    node.workerinput["servers"] = (desk.address, desk.key)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, whatever the run came to."""
    if _SERVERS in config.stash:
        config.stash[_SERVERS].close()


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> Callable[[str], str]:
    """Kind of server → its URL, started by the first who asks."""
    if _SERVERS in pytestconfig.stash:
        return pytestconfig.stash[_SERVERS].url
    address, key = pytestconfig.workerinput["servers"]  # type: ignore[attr-defined]
    return lambda kind: ask(address, key, kind)


@pytest.fixture(scope="session")
def postgres_server(server_url: Callable[[str], str]) -> str:
    """URL of a PostgreSQL server, shared by the whole run."""
    return server_url("postgres")


@pytest.fixture(scope="session")
def mongo_server(server_url: Callable[[str], str]) -> str:
    """URL of a MongoDB replica set, shared by the whole run."""
    return server_url("mongo")


@pytest.fixture(scope="session")
def valkey_server(server_url: Callable[[str], str]) -> str:
    """URL of a Redis-compatible server, shared by the whole run."""
    return server_url("valkey")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def postgres_database(postgres_server: str) -> AsyncIterator[str]:
    """URL of an empty PostgreSQL database that this test module has for itself."""
    async with fresh_postgres(postgres_server) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mongo_database(mongo_server: str) -> AsyncIterator[tuple[str, str]]:
    """URL of the MongoDB server and a database name that this test module has for itself."""
    async with fresh_mongo(mongo_server) as place:
        yield place
