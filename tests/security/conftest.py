"""Arenas for the tests of this folder; see the README beside."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import pytest_asyncio

from support.arena import STRICT, Arena, Arenas, open_arena


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def lasting_arenas(
    tmp_path_factory: pytest.TempPathFactory, server_url: Callable[[str], str]
) -> AsyncIterator[Arenas]:
    """Those that many modules ask for; an idle server costs the others time, so no longer."""
    async with shared_arenas(tmp_path_factory, server_url) as shared:
        yield shared


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def arenas(
    tmp_path_factory: pytest.TempPathFactory,
    server_url: Callable[[str], str],
    lasting_arenas: Arenas,
) -> AsyncIterator[Arenas]:
    """Backend, `processes` and settings → an arena shared by all who ask for the same."""
    async with shared_arenas(tmp_path_factory, server_url) as shared:

        async def arena(backend: str, *, processes: int = 2, **settings: str) -> Arena:
            is_usual = (processes == 2 and not settings) or settings == STRICT
            opened = lasting_arenas if is_usual else shared
            return await opened(backend, processes=processes, **settings)

        yield arena


@asynccontextmanager
async def shared_arenas(
    tmp_path_factory: pytest.TempPathFactory, server_url: Callable[[str], str]
) -> AsyncIterator[Arenas]:
    """Arenas by what they are asked for; in the end no planted secret may be found in any."""
    opened: dict[tuple[object, ...], Arena] = {}
    async with AsyncExitStack() as stack:

        async def shared(backend: str, *, processes: int = 2, **settings: str) -> Arena:
            key = (backend, processes, *sorted(settings.items()))
            if key not in opened:
                folder = tmp_path_factory.mktemp(backend)
                context = open_arena(backend, folder, server_url, processes=processes, **settings)
                opened[key] = await stack.enter_async_context(context)
            return opened[key]

        yield shared
        # All at once: each takes its time to end.
        for arena in opened.values():
            for server in arena.servers:
                server.bid_end()
        leaks = {key: await arena.leaks() for key, arena in opened.items()}
        assert not any(leaks.values()), leaks


@pytest_asyncio.fixture(loop_scope="session")
async def own_arena(
    tmp_path_factory: pytest.TempPathFactory, server_url: Callable[[str], str]
) -> AsyncIterator[Arenas]:
    """As `arenas`, but for one test alone, which may kill and restart its servers."""
    async with AsyncExitStack() as stack:

        async def own(backend: str, *, processes: int = 2, **settings: str) -> Arena:
            folder = tmp_path_factory.mktemp(backend)
            context = open_arena(backend, folder, server_url, processes=processes, **settings)
            return await stack.enter_async_context(context)

        yield own


@pytest_asyncio.fixture(loop_scope="session", params=["sqlite", "postgres"])
async def arena(request: pytest.FixtureRequest, arenas: Arenas) -> Arena:
    """Two processes with raised limits, shared by all tests, on both SQL backends."""
    return await arenas(request.param)


@pytest_asyncio.fixture(loop_scope="session", params=["sqlite", "postgres", "mongo"])
async def race_arena(request: pytest.FixtureRequest, arenas: Arenas) -> Arena:
    """As `arena`, on MongoDB too: for races, and for what a store could take differently."""
    return await arenas(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def strict(arenas: Arenas) -> Arena:
    """One process on SQLite with limits so low that a test reaches them."""
    return await arenas("sqlite", processes=1, **STRICT)


@pytest_asyncio.fixture(loop_scope="session")
async def any_arena(arenas: Arenas) -> Arena:
    """The SQLite arena: for what no store has a part in."""
    return await arenas("sqlite")
