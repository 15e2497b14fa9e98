"""What only PostgreSQL can do to us."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.sql import open_sql
from moniqo.application.shared.query import eq
from moniqo.domain.shared.errors import StaleVersion, Unavailable
from support.proxy import line_to
from support.specimen import CONTRACT, Specimen
from support.store import Place, Store, prepared

PACKAGE = "moniqo.adapters.persistence.sql"
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture(scope="module")
def place(postgres_database: str) -> Place:
    return Place("postgres", postgres_database)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(place: Place) -> AsyncIterator[Store]:
    async with prepared(place) as backend:
        yield Store(backend)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(place: Place) -> AsyncIterator[Any]:
    """A connection of an administrator."""
    connection = await asyncpg.connect(place.url)
    yield connection
    await connection.close()


def test_without_the_driver_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    monkeypatch.delitem(sys.modules, f"{PACKAGE}.postgres", raising=False)

    with pytest.raises(Unavailable, match=r"moniqo\[postgres\]"):
        open_sql(place.url, CONTRACT)


@pytest.mark.parametrize(
    "value", ["'NaN'", "'Infinity'", "10000000000000000", "0.0000000000000000001"]
)
async def test_the_database_refuses_what_is_no_storable_number(
    store: Store, server: Any, value: str
) -> None:
    added = await store.added()

    with pytest.raises(asyncpg.CheckViolationError):
        await server.execute(
            f"UPDATE test_specimens SET price = {value} WHERE id = $1",  # noqa: S608  (our own values)
            added.id,
        )

    assert await store.stored(added.id) == added


async def test_a_connection_cut_in_the_middle_is_unavailable_and_keeps_nothing(
    store: Store, server: Any
) -> None:
    entity = store.specimen()

    with pytest.raises(Unavailable):
        async with store.uow() as tx:
            await tx[Specimen].add(entity)
            await server.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
            await tx[Specimen].add(store.specimen())

    assert entity not in await store.found()


async def test_a_connection_cut_before_the_commit_is_unavailable_and_keeps_nothing(
    store: Store, server: Any
) -> None:
    entity = store.specimen()

    with pytest.raises(Unavailable):
        async with store.uow() as tx:
            await tx[Specimen].add(entity)
            await server.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")

    assert entity not in await store.found()


async def test_connections_cut_while_idle_are_made_anew(store: Store, server: Any) -> None:
    added = await store.added()
    await asyncio.gather(*(store.stored(added.id) for _ in range(5)))

    await server.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
    await asyncio.sleep(0.1)

    assert await store.stored(added.id) == added
    assert await store.added(rank=1)


async def test_of_two_that_lock_crosswise_one_is_told_to_start_anew(store: Store) -> None:
    one, other = await store.added(rank=0), await store.added(rank=0)

    async def save(first: Specimen, second: Specimen) -> str:
        try:
            async with store.uow() as tx:
                await tx[Specimen].save(first.with_(rank=1))
                await asyncio.sleep(0.2)
                await tx[Specimen].save(second.with_(rank=2))
        except StaleVersion:
            return "stale"
        return "saved"

    outcomes = await asyncio.gather(save(one, other), save(other, one))

    assert sorted(outcomes) == ["saved", "stale"]


async def test_a_statement_that_takes_too_long_is_unavailable_in_time(
    place: Place, store: Store
) -> None:
    hasty = open_sql(place.url, CONTRACT, statement_seconds=0.3)
    added = await store.added(rank=0)
    began = time.monotonic()

    async with store.uow() as tx:
        await tx[Specimen].save(added.with_(rank=1))
        with pytest.raises(Unavailable):
            async with Store(hasty).uow() as blocked:
                await blocked[Specimen].save(added.with_(rank=2))

    assert time.monotonic() - began < 2
    assert (await store.stored(added.id)).rank == 1
    await hasty.close()


async def in_the_end(work: Callable[[], Awaitable[object]]) -> object:
    """What the work answers once the line is as fast again as its patience is short."""
    async with asyncio.timeout(20):
        while True:
            with suppress(Unavailable):
                return await work()


@pytest.mark.parametrize("writing", [False, True])
async def test_a_server_that_went_silent_is_unavailable_in_time_and_used_again_later(
    place: Place,
    store: Store,
    writing: bool,  # noqa: FBT001  (a parameter)
) -> None:
    parts = urlsplit(place.url)
    async with line_to("127.0.0.1", parts.port or 0) as line:
        url = place.url.replace(f":{parts.port}", f":{line.port}")
        backend = open_sql(url, CONTRACT, pool_size=3, patience=0.3, statement_seconds=0.3)
        far = Store(backend)
        added = await store.added()

        async def work() -> object:
            return await (far.added() if writing else far.stored(added.id))

        await asyncio.gather(*(work() for _ in range(6)))
        line.alive.clear()
        began = time.monotonic()
        outcomes = await asyncio.gather(*(work() for _ in range(30)), return_exceptions=True)
        took = time.monotonic() - began
        line.alive.set()

        assert {type(outcome) for outcome in outcomes} == {Unavailable}
        assert took < 3
        assert await in_the_end(work)
        await backend.close()


async def test_cancelled_work_leaves_no_transaction_open(store: Store, server: Any) -> None:
    async def work() -> None:
        async with store.uow() as tx:
            await tx[Specimen].add(store.specimen())
            await asyncio.sleep(10)

    tasks = [asyncio.create_task(work()) for _ in range(5)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    open_ones = await server.fetchval(f"SELECT count(*) {OTHERS} AND xact_start IS NOT NULL")
    assert open_ones == 0


async def test_a_user_who_may_not_sign_in_is_told_without_the_password(place: Place) -> None:
    url = place.url.replace("moniqo@", "nobody:hunter2@")
    backend = open_sql(url, CONTRACT)

    with pytest.raises(Unavailable, match="DATABASE_URL") as caught:
        await backend.check()

    assert "hunter2" not in caught.value.message


async def test_another_encoding_than_utf8_is_refused(place: Place, server: Any) -> None:
    await server.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    backend = open_sql(place.url.rpartition("/")[0] + "/latin", CONTRACT)

    with pytest.raises(Unavailable, match="UTF8"):
        await backend.check()

    await server.execute("DROP DATABASE latin WITH (FORCE)")


@pytest.mark.parametrize("descending", [False, True])
async def test_a_page_far_along_a_cursor_is_found_by_the_index(
    store: Store,
    server: Any,
    descending: bool,  # noqa: FBT001  (a parameter)
) -> None:
    async with store.uow() as tx:
        await tx[Specimen].add_many([store.specimen() for _ in range(500)])
        await tx[Specimen].add_many([store.specimen() for _ in range(500)])
    await server.execute("ANALYZE test_specimens")
    middle = (await store.found(sort=("created_at",), limit=1, offset=500))[0]
    sort = (("created_at", descending), ("id", False))
    after = (middle.created_at, middle.id)
    select = Select((eq("shelf", store.shelf),), sort, limit=11, after=after)

    backend: Any = store.backend
    query, values = backend.schema.statements.find("test_specimens", select, counted=False)
    plan = await server.fetch(f"EXPLAIN {query}", *values)

    assert any("Index Cond" in line and "created_at" in line for (line,) in plan)
